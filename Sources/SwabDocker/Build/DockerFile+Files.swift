import NIOPosix

extension DockerFile {
  /// Adds a file or folder of this machine to the image.
  ///
  /// - Parameters:
  ///   - source: Its path on this machine.
  ///   - destination: Where it goes in the image, in which `$NAME` is a variable of the Dockerfile; the
  ///     last part of `source` if nil. With a slash at its end it is the folder that a file goes to.
  ///     Of a folder, what is in it goes there.
  ///   - contextPath: What it is called in the context of the build; `destination` if nil.
  ///   - expandsVariables: Whether `$NAME` and `${NAME}` in the paths are variables of this process.
  ///   - expandsUser: Whether a `~` at the beginning of a path is a home on this machine.
  ///   - removesFinally: Whether it is removed at the end of the build. It stays in the image's lower
  ///     layers.
  /// - Returns: What it is called in the context.
  /// - Throws: A ``DockerError`` with code `invalidArgument`: if no destination can be made of the
  ///   source, if another file has that path in the context, if what is to be removed is but the
  ///   folder it is in, or if the Dockerfile is finalized.
  @discardableResult
  public mutating func addFile(
    _ source: String,
    to destination: String? = nil,
    contextPath: String? = nil,
    expandsVariables: Bool = false,
    expandsUser: Bool = false,
    removesFinally: Bool = false
  ) throws -> String {
    let expand = { (path: String) in
      let path = expandsVariables ? PathExpansion.variables(in: path) : path
      return expandsUser ? PathExpansion.user(in: path) : path
    }
    let source = expand(source)
    let last = source.utf8.split(separator: UInt8(ascii: "/")).last.map { String(Substring($0)) }
    guard let target = destination.map(expand) ?? last, ![".", ".."].contains(target) else {
      throw DockerError.invalidArgument("'\(source)' leaves open where it goes in the image")
    }
    let isInto = target.utf8.last == UInt8(ascii: "/")
    guard !(isInto && removesFinally) else {
      throw DockerError.invalidArgument(
        "to remove '\(source)' from '\(target)', its name is needed"
      )
    }
    let path = contextPath.map(expand) ?? (isInto ? target + (last ?? "") : target)
    try remember(AddedFile(place: source, contextPath: path))
    try add(path, to: DockerfileText.path(target, keepsVariables: destination != nil))
    if removesFinally { remove(target) }
    return path
  }

  /// Adds all that is in a tar archive to the image; neither tar nor gzip has to be there for it.
  ///
  /// - Parameters:
  ///   - path: The archive, which may be packed by gzip or bzip2.
  ///   - destination: The folder it goes to; the folder that the build is in if nil.
  ///   - removesFinally: Whether it is removed at the end of the build.
  /// - Returns: What there is at the top of the archive.
  /// - Throws: A ``DockerError``: `fileFailed` or `invalidArchive` if it can't be read,
  ///   `invalidArgument` if an entry leads out of its folder, or if the Dockerfile is finalized.
  @discardableResult
  public mutating func addArchive(
    _ path: String,
    to destination: String? = nil,
    removesFinally: Bool = false
  ) async throws -> [String] {
    let names = try await NIOThreadPool.singleton.runIfActive { try Self.topNames(in: path) }
    for name in names {
      let folder = destination.map { $0.utf8.last == UInt8(ascii: "/") ? $0 : $0 + "/" } ?? ""
      let place = DockerfileText.path(folder, keepsVariables: true) + DockerfileText.path(name)
      try add(name, to: place)
      if removesFinally { remove(folder + name) }
    }
    archives.append(path)
    return names
  }

  private mutating func remember(_ file: AddedFile) throws {
    guard !TarEntry.parts(of: Array(file.contextPath.utf8)).contains(Array("..".utf8)) else {
      throw DockerError.invalidArgument("'\(file.contextPath)' leads out of the context")
    }
    if let other = files.first(where: { $0.contextPath == file.contextPath }), other != file {
      throw DockerError.invalidArgument(
        "'\(file.contextPath)' is \(other.place) in the context already, and can't be "
          + "\(file.place): give it a contextPath"
      )
    }
    files.append(file)
  }

  private mutating func remove(_ path: String) {
    if !removedPaths.contains(path) { removedPaths.append(path) }
  }

  /// Only in its list form does `ADD` take spaces, backslashes at the end, and what could be read as a
  /// flag or a document.
  private mutating func add(_ contextPath: String, to target: String) throws {
    let source = DockerfileText.literalPattern(contextPath)
    let isPlain = !(source + target).unicodeScalars.contains {
      $0.properties.isWhitespace || ["\"", "'", "<"].contains($0)
    }
    if isPlain, source.utf8.first != UInt8(ascii: "-"), target.utf8.last != UInt8(ascii: "\\") {
      return try writeLine("ADD \(source) \(target)")
    }
    try writeLine("ADD \(Self.list([source, target]))")
  }

  private static func topNames(in path: String) throws -> [String] {
    let file = try DecodedFile(Array(path.utf8))
    var reader = TarReader()
    var names: [String] = []
    while let event = try file.nextEvent(of: &reader) {
      guard case .entry(let entry, _) = event, entry.kind != .globalHeader else { continue }
      guard !entry.leadsOutside else {
        throw DockerError.invalidArgument("\(path): '\(entry.path)' leads out of its folder")
      }
      guard let first = entry.pathParts.first else { continue }
      let name = String(decoding: first, as: UTF8.self)
      if !names.contains(name) { names.append(name) }
    }
    return names
  }
}
