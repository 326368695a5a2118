import NIOCore

/// Takes a stream of JSON values apart.
///
/// Engines write one value after the other, mostly with a line end in between: `\r\n` in progress,
/// `\n` in events, the character RS before each in `application/json-seq`; nothing is as good. Values
/// and reads have nothing to do with each other. What was looked at once is not looked at again, so
/// that a line of many megabytes costs no more than many short ones.
struct JSONStreamSplitter {
  /// A value beyond this is refused: no engine sends it, and it would have to be held in memory.
  static let valueLimit = 64 << 20

  private let limit: Int
  private var buffer = ByteBuffer()
  private var scanner = Scanner()
  /// How many bytes of the value under way have been looked at.
  private var scanned = 0

  init(limit: Int = JSONStreamSplitter.valueLimit) {
    self.limit = limit
  }

  mutating func append(_ bytes: ByteBuffer) {
    var bytes = bytes
    if buffer.readableBytes == 0 {
      buffer = bytes
    } else {
      // Moving the rest costs no more than reading what stood before it did.
      if buffer.readerIndex > buffer.readableBytes { buffer.discardReadBytes() }
      buffer.writeBuffer(&bytes)
    }
  }

  /// The next value, or nothing until there are more bytes.
  ///
  /// - Throws: A ``DockerError``: `invalidJSON` for what is no value, `replyTooLarge` for one that is
  ///   too long. Nothing can be read after it.
  mutating func next() throws(DockerError) -> JSONValue? {
    if scanned == 0 { skipSeparators() }
    let length = lengthOfValue()
    guard length ?? scanned <= limit else { throw .tooLongValue(limit: limit) }
    guard let length, let bytes = buffer.readSlice(length: length) else { return nil }
    (scanner, scanned) = (Scanner(), 0)
    return try Self.parse(bytes)
  }

  /// The last value, if it is one that only the end of the stream ends, such as a number.
  ///
  /// - Throws: A ``DockerError``: `streamTruncated` if the stream has ended within a value.
  @discardableResult
  mutating func finish() throws(DockerError) -> JSONValue? {
    if scanned == 0 { skipSeparators() }
    guard buffer.readableBytes > 0 else { return nil }
    guard scanner.isScalar, let bytes = buffer.readSlice(length: buffer.readableBytes) else {
      throw DockerError(
        code: .streamTruncated,
        message: "the answer ended in the middle of a value"
      )
    }
    (scanner, scanned) = (Scanner(), 0)
    return try Self.parse(bytes)
  }

  private mutating func skipSeparators() {
    let count = buffer.readableBytesView.prefix { Scanner.isSeparator($0) }.count
    buffer.moveReaderIndex(forwardBy: count)
  }

  private mutating func lengthOfValue() -> Int? {
    buffer.withUnsafeReadableBytes { bytes in
      while scanned < bytes.count {
        let end = scanner.take(bytes[scanned])
        if end == .before { return scanned }
        scanned += 1
        if end == .after { return scanned }
      }
      return nil
    }
  }

  private static func parse(_ bytes: ByteBuffer) throws(DockerError) -> JSONValue {
    do {
      return try JSONValue(parsing: bytes)
    } catch {
      // What a program has printed may be in it as it is.
      if let value = try? JSONValue(parsing: bytes.repairedText) { return value }
      throw DockerError.invalidJSON(error)
    }
  }
}

extension JSONStreamSplitter {
  /// Finds the end of a value, byte by byte; whether it is one is the parser's affair.
  private struct Scanner {
    enum End {
      case none
      case before
      case after
    }

    /// Whether the value is a number or a word, which nothing but what follows it ends.
    private(set) var isScalar = false
    private var depth = 0
    private var isInString = false
    private var isEscaped = false

    mutating func take(_ byte: UInt8) -> End {
      if isInString { return takeText(byte) }
      if isScalar { return Self.isSeparator(byte) || Self.isBeginning(byte) ? .before : .none }
      switch byte {
      case UInt8(ascii: "\""): isInString = true
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth <= 0 { return .after }
      default: isScalar = depth == 0
      }
      return .none
    }

    private mutating func takeText(_ byte: UInt8) -> End {
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: "\"") {
        isInString = false
        if depth == 0 { return .after }
      }
      return .none
    }

    private static func isBeginning(_ byte: UInt8) -> Bool {
      byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "\"")
    }

    static func isSeparator(_ byte: UInt8) -> Bool {
      byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 || byte == 0x1E
    }
  }
}

extension ByteBuffer {
  /// The bytes as text, with replacement characters for what is no UTF-8.
  fileprivate var repairedText: String {
    String(decoding: readableBytesView, as: UTF8.self)
  }
}

extension DockerError {
  fileprivate static func tooLongValue(limit: Int) -> DockerError {
    DockerError(
      code: .replyTooLarge,
      message: "a value in the answer is longer than \(limit >> 20) MiB"
    )
  }
}
