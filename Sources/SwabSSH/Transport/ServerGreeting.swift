import NIOCore

/// What a server says before encryption starts, read from the bytes on their way to the library.
///
/// The library tells nobody what the server offered, nor the line that a server says instead of
/// its version when it is too busy ("Exceeded MaxStartups").
struct ServerGreeting {
  /// How the server introduced itself, once it has.
  private(set) var version: String?
  /// The lines that came before, or instead.
  private(set) var lines: [String] = []
  /// The packet in which the server says what it offers.
  private var offerPayload: ByteBuffer?
  /// Whether there is nothing more to learn from further bytes.
  private(set) var isComplete = false
  /// Whether the server talked on and on, with no version to be seen.
  private(set) var isEndless = false
  private var lineBytes = 0
  private var buffer = ByteBuffer()

  /// Longest greeting looked at; RFC 4253 allows 35,000 bytes in a packet, and as many lines before
  /// the version as the server likes.
  private static let limit = 64 * 1024

  /// Looks at the next bytes from the server.
  mutating func observe(_ bytes: ByteBuffer) {
    guard !isComplete else { return }
    var bytes = bytes
    buffer.writeBuffer(&bytes)
    while version == nil, let line = nextLine() {
      if line.hasPrefix("SSH-") { version = line } else { lines.append(line) }
      lineBytes += line.utf8.count + 1
    }
    isEndless = version == nil && lineBytes + buffer.readableBytes > Self.limit
    if isEndless { lines = [] }
    if version != nil { readOffer() }
    if isEndless || buffer.readableBytes > Self.limit { isComplete = true }
    if isComplete { buffer = ByteBuffer() }
  }

  /// What the server offers, once it has said so; taken apart only for who asks, since that is seldom.
  var offer: AlgorithmOffer? {
    guard var payload = offerPayload else { return nil }
    return AlgorithmOffer(reading: &payload)
  }

  /// What a server that went away said, if it said anything: its lines, and an unfinished one.
  var farewell: String? {
    var lines = lines
    if version == nil, buffer.readableBytes > 0 { lines.append(String(buffer: buffer)) }
    let text = lines.joined(separator: " / ")
    return text.isEmpty ? nil : text
  }

  private mutating func nextLine() -> String? {
    guard let end = buffer.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
    let text = buffer.readString(length: end - buffer.readerIndex) ?? ""
    buffer.moveReaderIndex(forwardBy: 1)
    return text.hasSuffix("\r") ? String(text.dropLast()) : text
  }

  /// Reads packets until the one that starts the key exchange.
  private mutating func readOffer() {
    let start = buffer.readerIndex
    guard
      let length = buffer.getInteger(at: start, as: UInt32.self),
      let padding = buffer.getInteger(at: start + 4, as: UInt8.self)
    else { return }
    guard length > UInt32(padding) + 1, length <= 35_000 else { return isComplete = true }
    guard buffer.readableBytes >= 4 + Int(length) else { return }
    let payload = buffer.getSlice(at: start + 5, length: Int(length) - 1 - Int(padding))
    buffer.moveReaderIndex(forwardBy: 4 + Int(length))
    guard var payload, payload.readInteger(as: UInt8.self) == AlgorithmOffer.message else {
      return readOffer()
    }
    offerPayload = payload
    isComplete = true
  }
}
