import NIOCore
import NIOHTTP1

/// A tar archive of a path in a container, with what an engine says of the path before it: that is
/// read from the archive's first entry.
struct ArchiveShape: CommandShape {
  private(set) var head: HTTPReply?
  /// Whether the entry is all that is wanted.
  private let isStatOnly: Bool
  private let path: String
  private var reader = TarReader()
  private var begun = ByteBuffer()

  /// What may stand before the first entry: a long name and a long link.
  private static let limit = 1 << 20

  init(path: String, isStatOnly: Bool) {
    self.path = path
    self.isStatOnly = isStatOnly
  }

  var isComplete: Bool { isStatOnly && head != nil }

  mutating func output(_ bytes: ByteBuffer) throws -> ByteBuffer? {
    if head != nil { return bytes }
    begun.writeImmutableBuffer(bytes)
    reader.append(bytes)
    guard let entry = try firstEntry() else {
      guard begun.readableBytes <= Self.limit else { throw Self.failure }
      return nil
    }
    head = HTTPReply(
      status: .ok,
      ["X-Docker-Container-Path-Stat": Base64.encode(entry.stat(of: path).encoded)]
    )
    defer { (reader, begun) = (TarReader(), ByteBuffer()) }
    return begun
  }

  mutating func finish(_ end: CommandEnd, _ failure: DockerError?) throws -> ByteBuffer? {
    if let failure { throw failure }
    guard head != nil else { throw Self.failure }
    return nil
  }

  /// The first thing in the archive, once its header is there.
  private mutating func firstEntry() throws -> TarEntry? {
    while let event = try reader.next() {
      // Remarks on the whole archive may come first.
      if case .entry(let entry, _) = event, entry.kind != .globalHeader { return entry }
    }
    return nil
  }

  private static let failure = DockerError.unexpectedReply("docker cp gave no archive")
}

extension TarEntry {
  /// What an engine says of a path, its mode in Go's bits.
  fileprivate func stat(of path: String) -> JSONValue {
    let kinds: [Kind: Int] = [
      .folder: 1 << 31, .link: 1 << 27, .pipe: 1 << 25, .blockDevice: 1 << 26,
      .characterDevice: 1 << 26 | 1 << 21,
    ]
    let extra = [(0o4000, 1 << 23), (0o2000, 1 << 22), (0o1000, 1 << 20)]
    let bits = extra.reduce(mode & 0o777) { mode & $1.0 != 0 ? $0 | $1.1 : $0 }
    let target = kind == .link ? linkTargetBytes ?? [] : []
    return [
      "name": .string(Self.texts(of: path.utf8).last ?? "/"),
      "size": .integer(kind == .link ? target.count : unpackedSize ?? size),
      "mode": .integer(bits | (kinds[kind] ?? 0)),
      "mtime": .string(DockerDate(seconds: mtime).description),
      "linkTarget": .string(kind == .link ? Self.resolved(target, from: path) : ""),
    ]
  }

  /// Where a link leads, as a whole path.
  private static func resolved(_ target: [UInt8], from path: String) -> String {
    var parts = target.first == UInt8(ascii: "/") ? [] : texts(of: path.utf8).dropLast()
    for part in texts(of: target) where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/")
  }

  private static func texts(of path: some Collection<UInt8>) -> [String] {
    path.split(separator: UInt8(ascii: "/")).map { String(decoding: $0, as: UTF8.self) }
  }
}
