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
    guard let line = firstReport() else {
      return held.readableBytes > Self.limit ? giveUp() : nil
    }
    processID = line.processID
    held.moveReaderIndex(to: line.end)
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

  /// The first whole line, or end of one, that is the marker with a number.
  ///
  /// A shell that shows what it runs (`set -x`), or the echo of a terminal, shows the marker as
  /// well, with other words behind it: a number of those must not be taken for a process to end.
  private func firstReport() -> (processID: Int, end: Int)? {
    let view = held.readableBytesView
    var start = view.startIndex
    while let candidate = view[start...].firstIndex(of: marker[0]) {
      start = candidate + 1
      guard view[candidate...].starts(with: marker) else { continue }
      let rest = view[(candidate + marker.count)...]
      guard let lineEnd = rest.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
      if let processID = Self.number(in: rest[..<lineEnd]) { return (processID, lineEnd + 1) }
    }
    return nil
  }

  /// A blank and a process id, with the terminal's carriage return behind it at most.
  private static func number(in text: ByteBufferView) -> Int? {
    var digits = text.dropFirst()
    if digits.last == UInt8(ascii: "\r") { digits.removeLast() }
    guard
      text.first == UInt8(ascii: " "),
      digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")) ~= $0 }),
      let number = Int(String(decoding: digits, as: UTF8.self)),
      // 1 would stand for every process there is.
      number > 1
    else { return nil }
    return number
  }
}
