import NIOCore
import NIOHTTP1

/// A tar archive of a path in a container, with what an engine says of the path before it: that is
/// read from the archive's first entry.
struct ArchiveShape: CommandShape {
  private(set) var head: HTTPReply?
  /// Whether the entry is all that is wanted.
  private let isStatOnly: Bool
  private let path: String
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
    var bytes = bytes
    begun.writeBuffer(&bytes)
    guard let entry = try TarStart(begun).entry else {
      guard begun.readableBytes <= Self.limit else { throw Self.failure }
      return nil
    }
    head = HTTPReply(
      status: .ok,
      ["X-Docker-Container-Path-Stat": Base64.encode(entry.stat(of: path).encoded)]
    )
    defer { begun = ByteBuffer() }
    return begun
  }

  mutating func finish(_ end: CommandEnd, _ failure: DockerError?) throws -> ByteBuffer? {
    if let failure { throw failure }
    guard head != nil else { throw Self.failure }
    return nil
  }

  private static let failure = DockerError.unexpectedReply("docker cp gave no archive")
}

/// The first entry of a tar archive, for what an engine tells of a path.
private struct TarStart {
  private(set) var entry: Entry?

  struct Entry {
    var name = ""
    var linkTarget = ""
    var size = 0
    var permissions = 0
    var type = UInt8(ascii: "0")
    var seconds = 0
  }

  /// Reads the beginning of an archive; without an entry there has to be more of it.
  init(_ bytes: ByteBuffer) throws {
    let view = bytes.readableBytesView
    var (start, entry) = (view.startIndex, Entry())
    var extended: [String: String] = [:]
    while view.endIndex - start >= 512 {
      let header = view[start..<(start + 512)]
      let type = header[start + 156]
      let size = Self.number(header[(start + 124)..<(start + 136)])
      guard "xgLK".utf8.contains(type) else {
        entry.type = type
        entry.size = extended["size"].flatMap { Int($0) } ?? size
        entry.permissions = Self.number(header[(start + 100)..<(start + 108)])
        let time = extended["mtime"].flatMap { Int($0.prefix { $0 != "." }) }
        entry.seconds = time ?? Self.number(header[(start + 136)..<(start + 148)])
        let link = Self.text(header[(start + 157)..<(start + 257)])
        entry.linkTarget =
          extended["linkpath"] ?? (entry.linkTarget.isEmpty ? link : entry.linkTarget)
        self.entry = entry
        return
      }
      let end = start + 512 + size
      guard size < 1 << 20 else { throw DockerError.unexpectedReply("docker cp gave no archive") }
      guard end <= view.endIndex else { return }
      let body = view[(start + 512)..<end]
      if type == UInt8(ascii: "x") { extended.merge(Self.records(body)) { $1 } }
      if type == UInt8(ascii: "K") { entry.linkTarget = Self.text(body) }
      start += 512 + (size + 511) / 512 * 512
    }
  }

  private static func text(_ field: ByteBufferView) -> String {
    String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
  }

  /// Octal digits, or for large numbers the bytes of it after one with the highest bit.
  private static func number(_ field: ByteBufferView) -> Int {
    if let first = field.first, first & 0x80 != 0 {
      return field.dropFirst().reduce(0) { $0 << 8 | Int($1) }
    }
    return Int(text(field).trimmingWhiteSpace(), radix: 8) ?? 0
  }

  /// Records such as `30 mtime=1350244992.023960108`.
  private static func records(_ body: ByteBufferView) -> [String: String] {
    var (records, rest): ([String: String], ByteBufferView) = ([:], body)
    while let space = rest.firstIndex(of: UInt8(ascii: " ")),
      let length = Int(String(decoding: rest[..<space], as: UTF8.self)),
      length > space - rest.startIndex, length <= rest.count
    {
      let end = rest.startIndex + length
      let record = rest[(space + 1)..<(end - 1)]
      if let sign = record.firstIndex(of: UInt8(ascii: "=")) {
        let name = String(decoding: record[..<sign], as: UTF8.self)
        records[name] = String(decoding: record[(sign + 1)...], as: UTF8.self)
      }
      rest = rest[end...]
    }
    return records
  }
}

extension TarStart.Entry {
  /// What an engine says of a path, its mode in Go's bits.
  fileprivate func stat(of path: String) -> JSONValue {
    let kinds: [UInt8: Int] = [
      UInt8(ascii: "5"): 1 << 31, UInt8(ascii: "2"): 1 << 27, UInt8(ascii: "6"): 1 << 25,
      UInt8(ascii: "4"): 1 << 26, UInt8(ascii: "3"): 1 << 26 | 1 << 21,
    ]
    let extra = [(0o4000, 1 << 23), (0o2000, 1 << 22), (0o1000, 1 << 20)]
    let bits = extra.reduce(permissions & 0o777) { permissions & $1.0 != 0 ? $0 | $1.1 : $0 }
    let isLink = type == UInt8(ascii: "2")
    return [
      "name": .string(path.split(separator: "/").last.map(String.init) ?? "/"),
      "size": .integer(isLink ? linkTarget.utf8.count : size),
      "mode": .integer(bits | (kinds[type] ?? 0)),
      "mtime": .string(DockerDate(seconds: seconds).description),
      "linkTarget": .string(isLink ? Self.resolved(linkTarget, from: path) : ""),
    ]
  }

  /// Where a link leads, as a whole path.
  private static func resolved(_ target: String, from path: String) -> String {
    var parts = target.hasPrefix("/") ? [] : path.split(separator: "/").dropLast()
    for part in target.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/")
  }
}
