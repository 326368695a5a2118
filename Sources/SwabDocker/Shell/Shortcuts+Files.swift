extension Shortcuts {
  /// Makes a folder.
  ///
  /// - Parameters:
  ///   - path: Its path.
  ///   - createParent: Whether folders that lead to it are made as well; then it may be there, too.
  ///   - checkIfExists: Whether nothing is done if it is there.
  /// - Returns: The command.
  public static func mkdir(
    _ path: String,
    createParent: Bool = true,
    checkIfExists: Bool = false
  ) -> String {
    let command = command("mkdir", [("-p", .isSet(createParent))], [:], [path])
    guard checkIfExists else { return command }
    // In single brackets, since not every shell knows double ones.
    return "if [ ! -d \(ShellText.quoted(path)) ]; then \(command); fi"
  }

  /// Makes a folder, and says whose it is and who may do what with it.
  ///
  /// - Parameters:
  ///   - path: Its path.
  ///   - owner: Whose it is; nobody is asked if nil.
  ///   - permissions: Who may do what with it; left as they are if nil.
  ///   - createParent: Whether folders that lead to it are made as well.
  ///   - checkIfExists: Whether it isn't made if it is there; the rest is done all the same.
  ///   - recursive: Whether this goes for all that is in it.
  /// - Returns: The commands, of which each is run if the one before went well.
  public static func mkdirChown(
    _ path: String,
    owner: Owner? = nil,
    permissions: String? = "ug=rwX,o=rX",
    createParent: Bool = true,
    checkIfExists: Bool = false,
    recursive: Bool = false
  ) -> String {
    mkdirChown(
      [path],
      owner: owner,
      permissions: permissions,
      createParent: createParent,
      checkIfExists: checkIfExists,
      recursive: recursive
    )
  }

  /// Makes folders, and says whose they are and who may do what with them.
  ///
  /// - Parameters:
  ///   - paths: Their paths.
  ///   - owner: Whose they are; nobody is asked if nil.
  ///   - permissions: Who may do what with them; left as they are if nil.
  ///   - createParent: Whether folders that lead to them are made as well.
  ///   - checkIfExists: Whether one isn't made if it is there; the rest is done all the same.
  ///   - recursive: Whether this goes for all that is in them.
  /// - Returns: The commands; one folder that can't be made doesn't keep from the next.
  public static func mkdirChown(
    _ paths: [String],
    owner: Owner? = nil,
    permissions: String? = "ug=rwX,o=rX",
    createParent: Bool = true,
    checkIfExists: Bool = false,
    recursive: Bool = false
  ) -> String {
    mkdirChownCommands(
      paths,
      owner: owner,
      permissions: permissions,
      createParent: createParent,
      checkIfExists: checkIfExists,
      recursive: recursive
    )
    .map { $0.joined(separator: " && ") }.joined(separator: "; ")
  }

  /// The commands of ``mkdirChown(_:owner:permissions:createParent:checkIfExists:recursive:)-swift.type.method``
  /// one by one, for each folder.
  ///
  /// - Parameters:
  ///   - paths: The paths of the folders.
  ///   - owner: Whose they are; nobody is asked if nil.
  ///   - permissions: Who may do what with them; left as they are if nil.
  ///   - createParent: Whether folders that lead to them are made as well.
  ///   - checkIfExists: Whether one isn't made if it is there; the rest is done all the same.
  ///   - recursive: Whether this goes for all that is in them.
  /// - Returns: The commands of each folder.
  public static func mkdirChownCommands(
    _ paths: [String],
    owner: Owner? = nil,
    permissions: String? = "ug=rwX,o=rX",
    createParent: Bool = true,
    checkIfExists: Bool = false,
    recursive: Bool = false
  ) -> [[String]] {
    paths.map { path in
      [
        mkdir(path, createParent: createParent, checkIfExists: checkIfExists),
        owner.map { chown($0, path, recursive: recursive) },
        permissions.map { chmod($0, path, recursive: recursive) },
      ]
      .compactMap { $0 }
    }
  }

  /// Packs something into a tar archive.
  ///
  /// - Parameters:
  ///   - filename: The archive.
  ///   - source: What is packed.
  ///   - options: Further options.
  /// - Returns: The command.
  public static func tar(_ filename: String, _ source: String, options: Options = [:]) -> String {
    command("tar", [("-cf", .text(filename))], options, [source])
  }

  /// Packs something into a tar archive, and that by gzip.
  ///
  /// - Parameters:
  ///   - filename: The archive.
  ///   - source: What is packed.
  ///   - options: Further options.
  /// - Returns: The command.
  public static func targz(
    _ filename: String,
    _ source: String,
    options: Options = [:]
  ) -> String {
    command("tar", [("-cf", .text(filename)), ("-z", true)], options, [source])
  }

  /// Unpacks a tar archive.
  ///
  /// - Parameters:
  ///   - filename: The archive.
  ///   - target: The folder it is unpacked in; the current one if nil.
  ///   - options: Further options.
  /// - Returns: The command.
  public static func untar(
    _ filename: String,
    _ target: String? = nil,
    options: Options = [:]
  ) -> String {
    let flags = [("-xf", .text(filename)), ("-C", target.map { OptionValue.text($0) })]
    return command("tar", flags, options, [])
  }

  /// Unpacks a tar archive that was packed by gzip.
  ///
  /// - Parameters:
  ///   - filename: The archive.
  ///   - target: The folder it is unpacked in; the current one if nil.
  ///   - options: Further options.
  /// - Returns: The command.
  public static func untargz(
    _ filename: String,
    _ target: String? = nil,
    options: Options = [:]
  ) -> String {
    let flags = [
      ("-xf", .text(filename)), ("-C", target.map { OptionValue.text($0) }), ("-z", true),
    ]
    return command("tar", flags, options, [])
  }
}
