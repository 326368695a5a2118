import NIOCore

/// A file or folder of a container, and where it goes.
struct ContainerResource: Sendable {
  /// Its path in the container.
  let path: String
  /// The parts of its path at the other end, if it keeps to itself.
  let place: [[UInt8]]
  /// Whether all that is in it stands there in its stead, if it is a folder.
  var contentsOnly = false

  /// The parts of the path of one of its entries at the other end; none for the folder whose
  /// contents alone are wanted.
  ///
  /// - Parameters:
  ///   - entry: The entry, as the engine gives it: its path begins with the resource's name.
  ///   - stat: What the resource is.
  /// - Returns: The parts.
  /// - Throws: A ``DockerError`` with code `invalidArchive` for an entry that is no part of it.
  func parts(of entry: [[UInt8]], _ stat: PathStat) throws -> [[UInt8]] {
    // The root's name is a slash, and that of `folder/.` a dot, of which the engine writes nothing.
    let name = TarEntry.parts(of: Array(stat.name.utf8))
    guard entry.starts(with: name) else {
      let path = String(decoding: Array(entry.joined(separator: [0x2F])), as: UTF8.self)
      throw DockerError.invalidArchive("'\(path)' is no part of \(self.path)")
    }
    let isReplaced = contentsOnly && stat.kind == .folder
    return (isReplaced ? [] : place) + entry.dropFirst(name.count)
  }
}

/// Whose files and folders of an archive are to be, and who may use them.
public struct ResourceAttributes: Sendable, Hashable {
  /// The number of their user; as in the container if there is none.
  public var user: Int?
  /// The number of their group; as in the container if there is none.
  public var group: Int?
  /// Who may do what with files, such as `0o644`; as in the container if there is none.
  ///
  /// Folders also get the right to be entered by whom they may be read.
  public var permissions: Int?

  /// All as in the container, or what is given.
  public init(user: Int? = nil, group: Int? = nil, permissions: Int? = nil) {
    self.user = user
    self.group = group
    self.permissions = permissions
  }

  func apply(to entry: inout TarEntry) {
    entry.uid = user ?? entry.uid
    entry.gid = group ?? entry.gid
    guard let permissions else { return }
    entry.mode = permissions & 0o7777
    if entry.kind == .folder { entry.mode |= (permissions & 0o444) >> 2 }
  }
}

/// Files and folders of a container as one archive, whose entries have other paths than there.
struct ResourceArchive: Sendable {
  var client: DockerClient
  var container: String
  var resources: [ContainerResource]
  var followsLinks: Bool
  var attributes = ResourceAttributes()

  /// What an archive has, in its order.
  enum Event: Sendable {
    case entry(TarEntry)
    case data(ByteBuffer)
    case endOfEntry
  }

  /// Reads all of it.
  ///
  /// - Parameter body: Gets what comes.
  /// - Throws: A ``DockerError``, or what the closure throws.
  func read(_ body: (Event) async throws -> Void) async throws {
    for resource in resources {
      let target = followsLinks ? try await linkTarget(of: resource.path) : nil
      try await read(resource, at: target ?? resource.path, body)
    }
  }

  private func linkTarget(of path: String) async throws -> String? {
    let stat = try await client.stat(container, path: path)
    return stat.kind == .link ? stat.linkTarget : nil
  }

  private func read(
    _ resource: ContainerResource,
    at path: String,
    _ body: (Event) async throws -> Void
  ) async throws {
    let archive = try await client.archive(container, path: path)
    defer { archive.bytes.close() }
    var reader = TarReader()
    var links: Set<[UInt8]> = []
    var isWanted = false
    while let event = try await archive.bytes.next(from: &reader) {
      switch event {
      case .entry(let entry, _):
        try entry.refuseWayThrough(&links)
        let entry = try rename(entry, resource, archive.stat)
        isWanted = entry != nil
        if let entry { try await body(.entry(entry)) }
      case .data(let bytes): if isWanted { try await body(.data(bytes)) }
      case .endOfEntry: if isWanted { try await body(.endOfEntry) }
      case .end: break
      }
    }
  }

  private func rename(
    _ entry: TarEntry,
    _ resource: ContainerResource,
    _ stat: PathStat
  ) throws -> TarEntry? {
    if entry.kind == .globalHeader { return nil }
    guard !entry.leadsOutside else { throw DockerError.leadsOutside(entry.path) }
    guard !entry.isSparse else {
      throw DockerError.invalidArchive("holes are left out of \(entry.path)")
    }
    let parts = try resource.parts(of: entry.pathParts, stat)
    guard !parts.isEmpty else { return nil }
    var entry = entry
    entry.pathBytes = Array(parts.joined(separator: [0x2F]))
    if entry.kind == .folder { entry.pathBytes.append(0x2F) }
    if entry.kind == .hardLink, let target = entry.linkTargetBytes {
      let other = TarEntry(.file, path: target, mode: 0)
      guard !other.leadsOutside else { throw DockerError.leadsOutside(other.path) }
      let parts = try resource.parts(of: other.pathParts, stat)
      entry.linkTargetBytes = Array(parts.joined(separator: [0x2F]))
    }
    attributes.apply(to: &entry)
    return entry
  }

  /// All of it as a tar archive, fetched as fast as it is taken.
  var upload: DockerUpload {
    DockerUpload { write in
      var size = 0
      try await read { event in
        switch event {
        case .entry(let entry):
          size = entry.size
          try await write(TarWriter.header(of: entry))
        case .data(let bytes): try await write(bytes)
        case .endOfEntry:
          let padding = TarWriter.padding(after: size)
          if padding.readableBytes > 0 { try await write(padding) }
        }
      }
      try await write(TarWriter.end)
    }
  }
}

extension DockerBytes {
  /// What comes next in the archive that they are; nothing after its end.
  fileprivate func next(from reader: inout TarReader) async throws -> TarReader.Event? {
    while true {
      if let event = try reader.next() { return event }
      guard let bytes = try await next() else {
        try reader.finish()
        return nil
      }
      reader.append(bytes)
    }
  }
}

extension TarEntry {
  /// Refuses an entry that whoever unpacks the archive would write through one of its own links.
  ///
  /// An engine walks over folders, so that nothing stands below a link.
  ///
  /// - Parameter links: Where links stand; the entry's own is added.
  /// - Throws: A ``DockerError`` with code `invalidArchive`.
  fileprivate func refuseWayThrough(_ links: inout Set<[UInt8]>) throws {
    if !links.isEmpty {
      var paths = [pathParts.dropLast()]
      if kind == .hardLink, let target = linkTargetBytes {
        paths.append(Self.parts(of: target).dropLast())
      }
      for path in paths {
        for count in path.indices where links.contains(Self.joined(path.prefix(count + 1))) {
          throw DockerError.leadsOutside(self.path)
        }
      }
    }
    if kind == .link { links.insert(Self.joined(pathParts[...])) }
  }

  private static func joined(_ parts: ArraySlice<[UInt8]>) -> [UInt8] {
    Array(parts.joined(separator: [UInt8(ascii: "/")]))
  }
}

extension DockerError {
  static func leadsOutside(_ path: String) -> DockerError {
    DockerError(
      code: .invalidArchive,
      message: "the archive has an entry that leads out of its folder, and is refused: \(path)"
    )
  }
}

extension ArchiveCompression {
  /// How an archive is packed that goes to a file of that name.
  init(forFile name: String) {
    self =
      if name.hasSuffix(".gz") || name.hasSuffix(".tgz") {
        .gzip
      } else if name.hasSuffix(".bz2") {
        .bzip2
      } else {
        .none
      }
  }
}
