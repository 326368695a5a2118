import NIOCore

/// Takes the line that tells a command's process id out of its output, with all before it: what a
/// login shell prints there is nobody's result.
struct MarkerFilter {
  /// The process id, once the line was there.
  private(set) var processID: Int?
  private let marker: [UInt8]
  private var held = ByteBuffer()
  /// Whether bytes pass as they are.
  private var isOpen = false

  /// What is kept of the output before the marker; more is no banner.
  private static let limit = 64 * 1024

  init(marker: String) {
    self.marker = Array(marker.utf8)
  }

  /// The output in `bytes`, if any.
  mutating func pass(_ bytes: ByteBuffer) -> ByteBuffer? {
    if isOpen { return bytes }
    var bytes = bytes
    held.writeBuffer(&bytes)
    guard let position = firstRange(of: marker) else {
      return held.readableBytes > Self.limit ? giveUp() : nil
    }
    let lineStart = position + marker.count
    let view = held.readableBytesView
    guard let lineEnd = view[lineStart...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
    let digits = view[lineStart..<lineEnd].filter { (UInt8(ascii: "0")...UInt8(ascii: "9")) ~= $0 }
    processID = Int(String(decoding: digits, as: UTF8.self))
    held.moveReaderIndex(to: lineEnd + 1)
    return giveUp()
  }

  /// What is left when the command has ended: all of it if the marker never came, as with an
  /// account that may not log in and is told so.
  mutating func finish() -> ByteBuffer? {
    isOpen ? nil : giveUp()
  }

  private mutating func giveUp() -> ByteBuffer? {
    isOpen = true
    defer { held = ByteBuffer() }
    return held.readableBytes > 0 ? held : nil
  }

  private func firstRange(of marker: [UInt8]) -> Int? {
    let view = held.readableBytesView
    var start = view.startIndex
    while let candidate = view[start...].firstIndex(of: marker[0]) {
      if view[candidate...].starts(with: marker) { return candidate }
      start = candidate + 1
    }
    return nil
  }
}
