import NIOHTTP1

extension DockerAPI {
  /// What a path in a container is.
  ///
  /// - Parameters:
  ///   - container: Its name or id; it needs not run.
  ///   - path: The path; a link at its end is told of itself.
  /// - Returns: Its kind, size and permissions.
  /// - Throws: A ``DockerError``: `notFound` if there is no such container or path.
  public func stat(_ container: String, path: String) async throws -> PathStat {
    let call = try DockerCall.archive(container, path, .HEAD)
    let engine = try await engine()
    return try engine.pathStat(try await engine.reply(to: call), call)
  }

  /// A file or folder of a container, as a tar archive.
  ///
  /// Its entries begin with the last part of the path; of `folder/.` with a mere dot.
  ///
  /// - Parameters:
  ///   - container: Its name or id; it needs not run.
  ///   - path: What is wanted.
  ///   - packsOnTheWay: Whether the engine packs it by gzip for the way here, which spares a slow
  ///     connection and costs both sides work; it is unpacked as it comes.
  /// - Returns: What the path is, and the archive.
  /// - Throws: A ``DockerError``: `notFound` if there is no such container or path.
  public func archive(
    _ container: String,
    path: String,
    packsOnTheWay: Bool = false
  ) async throws -> ContainerArchive {
    var call = try DockerCall.archive(container, path, .GET)
    if packsOnTheWay { call.headers.append(("Accept-Encoding", "gzip")) }
    let engine = try await engine()
    let body = try await engine.stream(call)
    return ContainerArchive(
      stat: try engine.pathStat(body.reply, call),
      bytes: DockerBytes(body: body, client: engine, call: call)
    )
  }

  /// Unpacks a tar archive in a container.
  ///
  /// - Parameters:
  ///   - container: Its name or id; it needs not run.
  ///   - path: The folder to unpack it in, which must be there.
  ///   - archive: The archive; it may be packed by gzip.
  ///   - replacesFolders: Whether a file may take the place of a folder, and the other way round.
  ///   - keepsOwners: Whether users and groups are those of the archive, by number; needs API 1.30.
  /// - Throws: A ``DockerError``: `notFound` if there is no such container or folder, `forbidden` if
  ///   it can't be written to.
  public func putArchive(
    _ container: String,
    path: String,
    _ archive: DockerUpload,
    replacesFolders: Bool = true,
    keepsOwners: Bool = false
  ) async throws {
    var call = try DockerCall.archive(container, path, .PUT)
    call.add("noOverwriteDirNonDir", !replacesFolders)
    if keepsOwners { call.requires(1, 30, for: "keeping owners") }
    call.add("copyUIDGID", keepsOwners)
    call.upload = archive
    try await engine().reply(to: call)
  }

  /// All files of a container, as a tar archive.
  ///
  /// - Parameter container: Its name or id; it needs not run.
  /// - Returns: The archive, without what its volumes hold.
  /// - Throws: A ``DockerError``: `notFound` if there is no such container.
  public func export(_ container: String) async throws -> DockerBytes {
    try await engine().bytes(DockerCall.container(container, "/export", .GET))
  }
}

extension DockerCall {
  fileprivate static func archive(
    _ container: String,
    _ path: String,
    _ method: HTTPMethod
  ) throws -> DockerCall {
    guard !path.isEmpty else { throw DockerError.invalidArgument("the path is empty") }
    var call = try DockerCall.container(container, "/archive", method)
    call.add("path", path)
    return call
  }
}

extension DockerClient {
  fileprivate func pathStat(_ reply: HTTPReply, _ call: DockerCall) throws -> PathStat {
    let header = reply.head.headers.first(name: "X-Docker-Container-Path-Stat") ?? ""
    guard let bytes = Base64.decode(header), let value = try? JSONValue(parsing: bytes) else {
      throw locate(.unexpectedReply("what the path is was not said"), call)
    }
    return PathStat(raw: value)
  }
}

/// A file or folder of a container.
public struct ContainerArchive: Sendable {
  /// What was asked for.
  public let stat: PathStat
  /// The tar archive.
  public let bytes: DockerBytes
}

/// What a path in a container is.
public struct PathStat: JSONBacked {
  /// The whole answer.
  public let raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// The last part of the path.
  public var name: String { text("name") }
  /// Its size in bytes.
  public var size: Int { raw["size"]?.int ?? 0 }
  /// When it was last changed.
  public var modified: DockerDate? { date("mtime") }
  /// Where it leads, if it is a link.
  public var linkTarget: String? { optionalText("linkTarget") }
  /// What it is.
  public var kind: Kind {
    // Go's bits, not those of stat(2).
    let mode = raw["mode"]?.int ?? 0
    if mode & 1 << 31 != 0 { return .folder }
    if mode & 1 << 27 != 0 { return .link }
    let special = 1 << 26 | 1 << 25 | 1 << 24 | 1 << 21 | 1 << 19
    return mode & special != 0 ? .other : .file
  }
  /// Who may do what with it, such as `0o755`, with the bits for set-user-id (`0o4000`),
  /// set-group-id (`0o2000`) and the sticky bit (`0o1000`).
  public var permissions: Int {
    let mode = raw["mode"]?.int ?? 0
    let extra = [(23, 0o4000), (22, 0o2000), (20, 0o1000)]
    return extra.reduce(mode & 0o777) { $0 | (mode & 1 << $1.0 != 0 ? $1.1 : 0) }
  }

  /// The kinds of things that a path can be.
  public enum Kind: Sendable, Hashable {
    /// A file with contents.
    case file
    /// A folder.
    case folder
    /// A symbolic link.
    case link
    /// A device, a socket, a pipe.
    case other
  }
}
