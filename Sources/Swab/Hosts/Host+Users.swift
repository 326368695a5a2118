internal import SwabDocker

// Users and groups of hosts; what changes them runs as root.

extension Host {
  /// The number of a user of the host.
  ///
  /// - Parameter name: The user's name.
  /// - Returns: The number; nil if there is no such user.
  /// - Throws: ``TaskError`` if it can't be told; an error of the connection.
  public func userID(of name: String) async throws -> Int? {
    try await singleLineStdout("id -u -- \(quoted(name)) 2>/dev/null", expectedErrors: [1])
      .flatMap { Int($0) }
  }

  /// The number of a group of the host.
  ///
  /// - Parameter name: The group's name.
  /// - Returns: The number; nil if there is no such group.
  /// - Throws: ``TaskError`` if it can't be told; an error of the connection.
  public func groupID(of name: String) async throws -> Int? {
    // Where there is no getent, the file is all that groups are in.
    let word = quoted(name)
    let line = try await singleLineStdout(
      "if command -v getent >/dev/null; then getent group -- \(word); "
        + "else grep -F -- \(quoted(name + ":")) /etc/group; fi",
      expectedErrors: [1, 2]
    )
    let fields = line?.split(separator: ":", omittingEmptySubsequences: false) ?? []
    guard fields.count > 2, fields[0] == name else { return nil }
    return Int(fields[2])
  }

  /// The groups that a user of the host is in, the first of which is the user's own.
  ///
  /// - Parameter user: The user's name.
  /// - Returns: Their names; none if there is no such user.
  /// - Throws: ``TaskError`` if it can't be told; an error of the connection.
  public func groups(of user: String) async throws -> [String] {
    try await singleLineStdout("id -Gn -- \(quoted(user)) 2>/dev/null", expectedErrors: [1])?
      .split(separator: " ").map(String.init) ?? []
  }

  /// Adds a group to the host.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - id: Its number; a free one if there is none.
  ///   - system: Whether it is one of the system's.
  /// - Throws: ``TaskError`` if that fails, also if it is there; an error of the connection.
  public func createGroup(_ name: String, id: Int? = nil, system: Bool = false) async throws {
    try await administer(
      shadow: Shortcuts.addgroup(name, gid: id, system: system, platform: .centOS),
      busybox: Shortcuts.addgroup(name, gid: id, system: system, platform: .busybox)
    )
  }

  /// Adds a user to the host.
  ///
  /// - Parameters:
  ///   - name: The user's name.
  ///   - options: The user's number and groups, and what the account is for.
  /// - Throws: ``TaskError`` if that fails, also if the user is there; an error of the connection.
  public func createUser(_ name: String, _ options: UserOptions = UserOptions()) async throws {
    try await administer(
      shadow: options.useradd(name),
      busybox: try Shortcuts.addgroupuser(
        name,
        options.groups,
        uid: options.id,
        system: options.isSystem,
        noLogin: !options.allowsLogin,
        noPassword: true,
        gecos: options.comment,
        platform: .busybox
      )
    )
  }

  /// Puts a user of the host into groups, beside those that the user is in.
  ///
  /// - Parameters:
  ///   - groups: The groups' names.
  ///   - user: The user's name.
  /// - Throws: ``TaskError`` if that fails; an error of the connection.
  public func assignGroups(_ groups: [String], to user: String) async throws {
    guard !groups.isEmpty else { return }
    try await administer(
      shadow: Shortcuts.assignuser(user, groups, platform: .centOS),
      busybox: Shortcuts.assignuser(user, groups, platform: .busybox)
    )
  }

  /// The number of a group of the host, which is added if it isn't there.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - id: The number it is to have; any if there is none.
  ///   - system: Whether a new one is one of the system's.
  ///   - idDependent: Whether it is an error if it has another number.
  /// - Returns: Its number.
  /// - Throws: ``TaskError`` if it has another number, or can't be added; an error of the connection.
  @discardableResult
  public func getOrCreateGroup(
    _ name: String,
    id: Int? = nil,
    system: Bool = false,
    idDependent: Bool = true
  ) async throws -> Int {
    if let found = try await groupID(of: name) {
      try check(found, against: id, idDependent, "group '\(name)'")
      return found
    }
    try await createGroup(name, id: id, system: system)
    guard let made = try await groupID(of: name) else { throw vanished("group '\(name)'") }
    return made
  }

  /// The number of a user of the host, who is added if not there.
  ///
  /// Of the groups those are added that the user isn't in; they have to be there.
  ///
  /// - Parameters:
  ///   - name: The user's name.
  ///   - options: The user's number and groups, and what a new account is for.
  ///   - idDependent: Whether it is an error if the user has another number.
  /// - Returns: The user's number.
  /// - Throws: ``TaskError`` if the user has another number, or can't be added; an error of the
  ///   connection.
  @discardableResult
  public func getOrCreateUser(
    _ name: String,
    _ options: UserOptions = UserOptions(),
    idDependent: Bool = true
  ) async throws -> Int {
    if let found = try await userID(of: name) {
      try check(found, against: options.id, idDependent, "user '\(name)'")
      let present = Set(try await groups(of: name))
      try await assignGroups(options.groups.filter { !present.contains($0) }, to: name)
      return found
    }
    try await createUser(name, options)
    guard let made = try await userID(of: name) else { throw vanished("user '\(name)'") }
    return made
  }

  private func check(
    _ found: Int,
    against wanted: Int?,
    _ idDependent: Bool,
    _ what: String
  ) throws {
    guard idDependent, let wanted, wanted != found else { return }
    throw TaskError(
      .usage,
      "\(what) has the id \(found), not \(wanted)",
      host: self.name,
      hint: "idDependent: false takes whatever id it has"
    )
  }

  private func vanished(_ what: String) -> TaskError {
    TaskError(.commandFailed, "\(what) was added, and is not there", host: name)
  }

  /// Runs a command by whichever programs the host has: those of most systems, or busybox's.
  private func administer(shadow: String, busybox: String) async throws {
    try await sudo(
      "PATH=\"$PATH:/usr/sbin:/sbin\"; "
        + "if command -v useradd >/dev/null; then \(shadow); else \(busybox); fi"
    )
  }
}

/// What a new user of a host is to be.
public struct UserOptions: Sendable, Hashable {
  /// The number; a free one if there is none.
  public var id: Int?
  /// The groups beside the user's own, which have to be there.
  public var groups: [String]
  /// Whether it is one of the system's users.
  public var isSystem: Bool
  /// Whether one can log in as the user, who then has a home folder; there is no password.
  public var allowsLogin: Bool
  /// What is said of the user.
  public var comment: String?

  /// A user for programs, whom nobody logs in as.
  public init(
    id: Int? = nil,
    groups: [String] = [],
    isSystem: Bool = false,
    allowsLogin: Bool = false,
    comment: String? = nil
  ) {
    self.id = id
    self.groups = groups
    self.isSystem = isSystem
    self.allowsLogin = allowsLogin
    self.comment = comment
  }

  func useradd(_ name: String) -> String {
    var words = ["useradd"]
    if let id { words += ["-u", String(id)] }
    if !groups.isEmpty { words += ["-G", groups.joined(separator: ",")] }
    if isSystem { words.append("-r") }
    if let comment { words += ["-c", comment] }
    // Shells lie in different places, and a program that is no shell does as well.
    words += allowsLogin ? ["-m", "-s", "/bin/sh"] : ["-M", "-s", "/bin/false"]
    return Shell.joined(words + [name])
  }
}
