/// Finds the tasks that stand beside a `fabfile.yml`.
struct TaskSources {
  static let fileName = "Fabfile.swift"
  static let folderName = "Fabfile"

  private let fabfile: String
  private let folder: String

  init(fabfile: String) {
    self.fabfile = fabfile
    folder = parentFolder(of: fabfile)
  }

  func find() throws(LauncherError) -> FabfileLocation.Tasks {
    let package = try packageFolder()
    let sources = try sourceFiles()
    guard let package else { return sources.isEmpty ? .none : .sources(sources) }
    guard let first = sources.first else { return .package(package) }
    throw LauncherError(
      message: "\(fabfile) names a package, and there is \(join(folder, first)) as well",
      hint: "move the tasks into the package, or remove the key package"
    )
  }

  private func sourceFiles() throws(LauncherError) -> [String] {
    let file = join(folder, Self.fileName)
    let sourceFolder = join(folder, Self.folderName)
    let hasFile = fileExists(file)
    // Where the file system takes upper and lower case for the same, this may be fabfile.yml's
    // neighbour of any spelling; only a folder counts.
    guard FileStatus(sourceFolder)?.kind == .folder else {
      guard hasFile else { return [] }
      try Trust.check(file)
      return [Self.fileName]
    }
    guard !hasFile else {
      throw LauncherError(
        message: "there is both \(file) and the folder \(sourceFolder)",
        hint: "move \(Self.fileName) into the folder: all Swift files there are compiled together"
      )
    }
    try Trust.check(sourceFolder)
    return try sourceFiles(inFolder: sourceFolder)
  }

  private func sourceFiles(inFolder folder: String) throws(LauncherError) -> [String] {
    guard let names = namesInFolder(folder) else { throw .unreadable(folder) }
    let sources = names.filter { $0.hasSuffix(".swift") && !$0.hasPrefix(".") }
    guard !sources.contains("main.swift") else {
      throw LauncherError(
        message: "\(join(folder, "main.swift")) can't be called so:"
          + " Swift would take it for a whole program",
        hint: "rename it, as in: mv \(quoted(join(folder, "main.swift")))"
          + " \(quoted(join(folder, "Tasks.swift")))"
      )
    }
    for source in sources { try Trust.check(join(folder, source)) }
    return sources.map { join(Self.folderName, $0) }
  }

  /// The folder that the key `package` of fabfile.yml names.
  ///
  /// The launcher has no YAML reader, so it takes only the plain form: `package: tasks` at the start
  /// of a line, quoted or not. The library reads the file properly later.
  private func packageFolder() throws(LauncherError) -> String? {
    guard let content = readFile(fabfile) else { throw .unreadable(fabfile) }
    let key = Array("package:".utf8)
    for line in content.split(separator: UInt8(ascii: "\n")) where line.starts(with: key) {
      let value = Self.scalar(String(decoding: line.dropFirst(key.count), as: UTF8.self))
      guard !value.isEmpty else { continue }
      let path = value.hasPrefix("/") ? value : join(folder, expandingTilde(value))
      guard fileExists(join(path, "Package.swift")) else {
        throw LauncherError(
          message: "\(fabfile): package: \(value) has no Package.swift",
          hint: "the key names the folder of a Swift package, seen from fabfile.yml"
        )
      }
      try checkPackage(path)
      return path
    }
    return nil
  }

  /// A package is built and run as a whole, so all of it has to be yours; not so what it depends on
  /// elsewhere.
  private func checkPackage(_ path: String) throws(LauncherError) {
    guard let resolved = resolvedPath(path) else { throw .unreadable(path) }
    try Trust.check(path)
    try Trust.checkFolder(
      parentFolder(of: resolved),
      above: path,
      hint: "keep the package in a folder of your own"
    )
    try Trust.checkTree(path)
    for hidden in [".build", ".swiftpm"].map({ join(path, $0) }) where fileExists(hidden) {
      try Trust.check(hidden)
    }
  }

  /// A YAML scalar without its quotes and the comment after it.
  private static func scalar(_ text: String) -> String {
    let value = text.drop { $0 == " " || $0 == "\t" }
    if let quote = value.first, quote == "\"" || quote == "'" {
      return String(value.dropFirst().prefix { $0 != quote })
    }
    guard !value.hasPrefix("#") else { return "" }
    var end = value.endIndex
    var previous: Character = " "
    for index in value.indices {
      if value[index] == "#" && (previous == " " || previous == "\t") {
        end = index
        break
      }
      previous = value[index]
    }
    var scalar = value[..<end]
    while let last = scalar.last, last == " " || last == "\t" || last == "\r" {
      scalar.removeLast()
    }
    return String(scalar)
  }
}
