import NIOPosix

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The files of a build, and its Dockerfile.
///
/// ```swift
/// var context = try DockerContext(dockerfile)
/// try context.add("conf", as: "conf")
/// let id = try await docker.buildFromContext(context, tag: "team/web:v1")
/// ```
///
/// Nothing is read before it is sent or saved, and no copy is made.
public struct DockerContext: Sendable {
  /// How it is packed.
  public let compression: ArchiveCompression
  /// Whether nothing more can be added.
  public private(set) var isFinalized = false
  private(set) var parts: [TarPart] = []

  /// A context.
  ///
  /// - Parameters:
  ///   - dockerfile: Its Dockerfile, with the files that this adds; it can be added later as well.
  ///   - compression: How it is packed.
  ///   - finalize: Whether nothing more is to be added.
  /// - Throws: A ``DockerError`` with code `invalidArgument` if it is to be finalized without a
  ///   Dockerfile, or if the Dockerfile can't be finalized.
  public init(
    _ dockerfile: DockerFile? = nil,
    compression: ArchiveCompression = .gzip,
    finalize: Bool = false
  ) throws {
    self.compression = compression
    if let dockerfile { try addDockerfile(dockerfile) }
    guard finalize else { return }
    guard dockerfile != nil else {
      throw DockerError.invalidArgument("a context without a Dockerfile can't be finalized")
    }
    self.finalize()
  }

  /// What HTTP calls the way it is packed: `gzip`, `bzip2`, nothing if it is not packed.
  public var streamEncoding: String? {
    compression.streamEncoding
  }

  /// Adds a file or folder of this machine.
  ///
  /// Of a folder, what its own `.dockerignore` says is left out.
  ///
  /// - Parameters:
  ///   - path: Its path on this machine.
  ///   - name: Its path in the context; `path` if nil. An empty one, or a dot, puts what is in the
  ///     folder at the top of the context.
  ///   - ignore: What of a folder is left out, in place of what its `.dockerignore` says.
  /// - Throws: A ``DockerError`` with code `invalidArgument` once the context is finalized, or for a
  ///   path that leads out of it.
  public mutating func add(
    _ path: String,
    as name: String? = nil,
    ignore: DockerIgnore? = nil
  ) throws {
    let inside = try Self.inside(name ?? path)
    let rules = ignore.map { TarTree.Ignore.rules($0) } ?? .own
    try add(.tree(TarTree(place: path, path: inside, ignore: rules)))
  }

  /// Adds a file whose contents are here.
  ///
  /// - Parameters:
  ///   - contents: What is in it.
  ///   - name: Its path in the context.
  /// - Throws: A ``DockerError`` with code `invalidArgument` once the context is finalized, or for a
  ///   path that leads out of it.
  public mutating func add(contents: [UInt8], as name: String) throws {
    try add(.file(Self.inside(name), contents))
  }

  /// Adds all that is in a tar archive.
  ///
  /// - Parameter path: The archive, which may be packed by gzip or bzip2.
  /// - Throws: A ``DockerError`` with code `invalidArgument` once the context is finalized.
  public mutating func addArchive(_ path: String) throws {
    try add(.archive(path))
  }

  /// Adds a Dockerfile, finalized, and the files that it adds.
  ///
  /// - Parameter dockerfile: The Dockerfile.
  /// - Throws: A ``DockerError`` with code `invalidArgument` once the context is finalized, or if the
  ///   Dockerfile can't be finalized.
  public mutating func addDockerfile(_ dockerfile: DockerFile) throws {
    var dockerfile = dockerfile
    try dockerfile.finalize()
    for file in dockerfile.files { try add(file.place, as: file.contextPath) }
    for archive in dockerfile.archives { try addArchive(archive) }
    try add(contents: dockerfile.contents(), as: "Dockerfile")
  }

  /// Adds a file of this machine as the Dockerfile.
  ///
  /// - Parameter path: The file.
  /// - Throws: A ``DockerError`` with code `invalidArgument` once the context is finalized.
  public mutating func addDockerfile(path: String) throws {
    try add(.tree(TarTree(place: path, path: "Dockerfile")))
  }

  /// Says that nothing more is to be added.
  public mutating func finalize() {
    isFinalized = true
  }

  /// The context as an archive, which is packed while it is sent.
  public var upload: DockerUpload {
    DockerUpload.tar(parts).packed(by: compression)
  }

  /// Writes the context to a file.
  ///
  /// - Parameter path: Where; what is there is replaced.
  /// - Throws: A ``DockerError`` with code `fileFailed` if something can't be read or written.
  public func save(to path: String) async throws {
    try await upload.save(to: path)
  }

  private mutating func add(_ part: TarPart) throws {
    guard !isFinalized else {
      throw DockerError.invalidArgument("nothing can be added to a finalized context")
    }
    parts.append(part)
  }

  /// The path as it stands in the archive.
  private static func inside(_ name: String) throws -> String {
    let parts = TarEntry.parts(of: Array(name.utf8))
    guard !parts.contains(Array("..".utf8)) else {
      throw DockerError.invalidArgument("'\(name)' leads out of the context")
    }
    return parts.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "/")
  }
}
