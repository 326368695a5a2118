extension Shortcuts {
  /// Which programs there are for users and groups.
  @nonexhaustive
  public enum Platform: Sendable, Hashable {
    /// Those of Debian and Ubuntu.
    case debian
    /// Those of CentOS, Fedora and their like.
    case centOS
    /// Those of busybox, as in Alpine.
    case busybox
  }

  /// Adds a group.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - gid: Its number; a free one if nil.
  ///   - system: Whether it is one of the system's.
  ///   - platform: Where.
  /// - Returns: The command.
  public static func addgroup(
    _ name: String,
    gid: Int? = nil,
    system: Bool = false,
    platform: Platform = .debian
  ) -> String {
    let number = gid.map { OptionValue.text(String($0)) }
    return switch platform {
    case .debian:
      command("addgroup", [("--gid", number), ("--system", .isSet(system))], [:], [name])
    // There is no addgroup.
    case .centOS:
      command("groupadd", [("-g", number), ("--system", .isSet(system))], [:], [name])
    case .busybox:
      command("addgroup", [("-g", number), ("-S", .isSet(system))], [:], [name])
    }
  }

  /// Adds a user.
  ///
  /// - Parameters:
  ///   - name: The name.
  ///   - uid: The number; a free one if nil.
  ///   - system: Whether it is one of the system's.
  ///   - noLogin: Whether nobody can log in as that user, who then needs no home and no password.
  ///   - noPassword: Whether there is no password, if not for that; CentOS never asks for one.
  ///   - gecos: What is said of the user.
  ///   - platform: Where.
  /// - Returns: The command, which asks for nothing but a password, if there is to be one.
  /// - Throws: A ``DockerError`` with code `invalidArgument` for `noPassword` on CentOS.
  public static func adduser(
    _ name: String,
    uid: Int? = nil,
    system: Bool = false,
    noLogin: Bool = true,
    noPassword: Bool = false,
    gecos: String? = nil,
    platform: Platform = .debian
  ) throws -> String {
    let user = NewUser(uid, system: system, noLogin: noLogin, noPassword: noPassword, gecos: gecos)
    return switch platform {
    case .debian: command("adduser", user.debianFlags, [:], [name])
    case .centOS: command("adduser", try user.centOSFlags(groups: []), [:], [name])
    case .busybox: command("adduser", user.busyboxFlags, [:], [name])
    }
  }

  /// Puts a user into groups.
  ///
  /// - Parameters:
  ///   - user: The user, who is there.
  ///   - groups: The groups, which are there.
  ///   - platform: Where.
  /// - Returns: The command; for busybox one for each group.
  public static func assignuser(
    _ user: String,
    _ groups: [String],
    platform: Platform = .debian
  ) -> String {
    assignuserCommands(user, groups, platform: platform).joined(separator: " && ")
  }

  /// The commands of ``assignuser(_:_:platform:)`` one by one.
  ///
  /// - Parameters:
  ///   - user: The user, who is there.
  ///   - groups: The groups, which are there.
  ///   - platform: Where.
  /// - Returns: The commands.
  public static func assignuserCommands(
    _ user: String,
    _ groups: [String],
    platform: Platform = .debian
  ) -> [String] {
    guard platform != .busybox else {
      return groups.map { command("adduser", [], [:], [user, $0]) }
    }
    return [command("usermod", [("-aG", .text(groups.joined(separator: ",")))], [:], [user])]
  }

  /// Adds a user who is in further groups.
  ///
  /// - Parameters:
  ///   - name: The name.
  ///   - groups: The groups, which are there.
  ///   - uid: The number; a free one if nil.
  ///   - system: Whether it is one of the system's.
  ///   - noLogin: Whether nobody can log in as that user, who then needs no home and no password.
  ///   - noPassword: Whether there is no password, if not for that.
  ///   - gecos: What is said of the user.
  ///   - platform: Where.
  /// - Returns: The command; for busybox one more for each group.
  /// - Throws: A ``DockerError`` with code `invalidArgument` for `noPassword` on CentOS.
  public static func addgroupuser(
    _ name: String,
    _ groups: [String],
    uid: Int? = nil,
    system: Bool = false,
    noLogin: Bool = true,
    noPassword: Bool = false,
    gecos: String? = nil,
    platform: Platform = .debian
  ) throws -> String {
    try addgroupuserCommands(
      name,
      groups,
      uid: uid,
      system: system,
      noLogin: noLogin,
      noPassword: noPassword,
      gecos: gecos,
      platform: platform
    )
    .joined(separator: " && ")
  }

  /// The commands of ``addgroupuser(_:_:uid:system:noLogin:noPassword:gecos:platform:)`` one by one.
  ///
  /// - Parameters:
  ///   - name: The name.
  ///   - groups: The groups, which are there.
  ///   - uid: The number; a free one if nil.
  ///   - system: Whether it is one of the system's.
  ///   - noLogin: Whether nobody can log in as that user, who then needs no home and no password.
  ///   - noPassword: Whether there is no password, if not for that.
  ///   - gecos: What is said of the user.
  ///   - platform: Where.
  /// - Returns: The commands.
  /// - Throws: A ``DockerError`` with code `invalidArgument` for `noPassword` on CentOS.
  public static func addgroupuserCommands(
    _ name: String,
    _ groups: [String],
    uid: Int? = nil,
    system: Bool = false,
    noLogin: Bool = true,
    noPassword: Bool = false,
    gecos: String? = nil,
    platform: Platform = .debian
  ) throws -> [String] {
    let user = NewUser(uid, system: system, noLogin: noLogin, noPassword: noPassword, gecos: gecos)
    return switch platform {
    // Debian's adduser takes no groups; the program beneath it does.
    case .debian where groups.isEmpty: [command("adduser", user.debianFlags, [:], [name])]
    case .debian: [command("useradd", user.useraddFlags(groups: groups), [:], [name])]
    case .centOS: [command("adduser", try user.centOSFlags(groups: groups), [:], [name])]
    case .busybox:
      [command("adduser", user.busyboxFlags, [:], [name])]
        + assignuserCommands(name, groups, platform: .busybox)
    }
  }

  /// What is asked for of a new user.
  private struct NewUser {
    typealias Flags = [(String, OptionValue?)]

    var uid: OptionValue?
    var system: OptionValue
    var noLogin: Bool
    var noPassword: Bool
    var gecos: OptionValue?

    init(_ uid: Int?, system: Bool, noLogin: Bool, noPassword: Bool, gecos: String?) {
      self.uid = uid.map { .text(String($0)) }
      self.system = .isSet(system)
      self.noLogin = noLogin
      self.noPassword = noPassword
      self.gecos = gecos.map { .text($0) }
    }

    /// Without something in `--gecos` there are questions.
    var debianFlags: Flags {
      [
        ("--uid", uid), ("--system", system), ("--gecos", gecos ?? ""),
        ("--no-create-home", .isSet(noLogin)), ("--disabled-login", .isSet(noLogin)),
        ("--disabled-password", .isSet(noLogin || noPassword)),
      ]
    }

    func centOSFlags(groups: [String]) throws -> Flags {
      guard !noPassword else {
        throw DockerError.invalidArgument("adduser of CentOS knows nothing of passwords")
      }
      return [
        ("-G", groups.isEmpty ? nil : .text(groups.joined(separator: ","))), ("--uid", uid),
        ("--system", system), ("--comment", gecos), ("--no-create-home", .isSet(noLogin)),
        ("-s", noLogin ? "/sbin/nologin" : nil),
      ]
    }

    func useraddFlags(groups: [String]) -> Flags {
      [
        ("-G", .text(groups.joined(separator: ","))), ("--uid", uid), ("--system", system),
        ("--comment", gecos), ("--no-create-home", .isSet(noLogin)),
        ("--create-home", .isSet(!noLogin)), ("-s", noLogin ? "/usr/sbin/nologin" : "/bin/bash"),
      ]
    }

    var busyboxFlags: Flags {
      [
        ("-u", uid), ("-S", system), ("-g", gecos), ("-H", .isSet(noLogin)),
        ("-D", .isSet(noLogin || noPassword)), ("-s", noLogin ? "/sbin/nologin" : nil),
      ]
    }
  }
}
