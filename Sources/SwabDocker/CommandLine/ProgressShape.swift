import NIOCore

/// The messages of an engine that pulls, pushes, loads or imports, made of the lines that the docker
/// command prints.
struct ProgressShape: CommandShape {
  private(set) var head: HTTPReply?
  private let messages: @Sendable (String) -> [JSONValue]
  private var lines = CommandLines()

  /// - Parameter messages: The messages of a line.
  init(_ messages: @escaping @Sendable (String) -> [JSONValue]) {
    self.messages = messages
  }

  mutating func output(_ bytes: ByteBuffer) -> ByteBuffer? {
    head = head ?? HTTPReply(status: .ok)
    return .messages(lines.append(bytes).flatMap(messages))
  }

  mutating func finish(_ end: CommandEnd, _ failure: DockerError?) throws -> ByteBuffer? {
    // A failure before all progress is one of the request, and its status tells the kind.
    if let failure, head == nil { throw failure }
    head = head ?? HTTPReply(status: .ok)
    return .messages(try lines.finish().flatMap(messages) + Self.messages(of: failure))
  }

  /// What an engine says of a failure in the middle of its progress.
  ///
  /// - Throws: The failure if it is none of the engine's, such as sudo's.
  static func messages(of failure: DockerError?) throws -> [JSONValue] {
    guard let failure else { return [] }
    guard failure.status != nil else { throw failure }
    var detail = JSONObject()
    detail["code"] = DockerError.stepStatus(in: failure.message).map { .integer($0) }
    detail["message"] = .string(failure.message)
    return [["errorDetail": .object(detail), "error": .string(failure.message)]]
  }
}

extension ByteBuffer {
  /// Progress messages as an engine sends them.
  static func messages(_ messages: [JSONValue]) -> ByteBuffer? {
    guard !messages.isEmpty else { return nil }
    return ByteBuffer(string: messages.map { $0.description + "\r\n" }.joined())
  }
}

/// Takes bytes apart into lines.
struct CommandLines: Sendable {
  /// A longer line comes in parts.
  private static let limit = 1 << 20
  private var partial: [UInt8] = []

  /// The lines that are complete with these bytes.
  mutating func append(_ bytes: ByteBuffer) -> [String] {
    var lines: [String] = []
    for byte in bytes.readableBytesView {
      if byte == UInt8(ascii: "\n") || partial.count >= Self.limit { lines += finish() }
      if byte != UInt8(ascii: "\n") { partial.append(byte) }
    }
    return lines
  }

  /// What is left at the end.
  mutating func finish() -> [String] {
    defer { partial.removeAll(keepingCapacity: true) }
    if partial.last == UInt8(ascii: "\r") { partial.removeLast() }
    let text = String(decoding: partial, as: UTF8.self)
    return text.allSatisfy(\.isWhitespace) ? [] : [text]
  }
}

extension ProgressShape {
  /// What `docker pull` prints: `latest: Pulling from library/app`, `9c27e219663c: Pull complete`.
  static var pull: ProgressShape {
    ProgressShape { line in [status(line)] }
  }

  /// What `docker push` prints; the digest stands in a line such as
  /// `latest: digest: sha256:… size: 527`.
  static var push: ProgressShape {
    ProgressShape { line in
      let words = line.split(separator: " ").map(String.init)
      guard words.count == 5, words[1] == "digest:", words[3] == "size:" else {
        return [status(line)]
      }
      let aux: JSONValue = [
        "Tag": .string(String(words[0].dropLast())), "Digest": .string(words[2]),
        "Size": .integer(Int(words[4]) ?? 0),
      ]
      return [status(line), ["aux": aux]]
    }
  }

  /// What `docker load` prints: `Loaded image: app:1`.
  static var load: ProgressShape {
    ProgressShape { [["stream": .string($0 + "\n")]] }
  }

  /// What `docker import` prints: the id.
  static var `import`: ProgressShape {
    ProgressShape { [["status": .string($0)]] }
  }

  private static func status(_ line: String) -> JSONValue {
    guard let colon = line.firstRange(of: ": ") else { return ["status": .string(line)] }
    let id = line[..<colon.lowerBound]
    let isLayer =
      id.utf8.count == 12 && id.allSatisfy(\.isHexDigit)
      || line[colon.upperBound...].hasPrefix("Pulling from ")
    guard isLayer else { return ["status": .string(line)] }
    return ["status": .string(String(line[colon.upperBound...])), "id": .string(String(id))]
  }
}
