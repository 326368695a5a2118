#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Makes whole lines of a stream's chunks, so that lines of different hosts never mix.
struct LineAssembler {
  /// A line of a stream.
  struct Line: Equatable {
    enum Ending { case newline, none, tooLong }

    var bytes: [UInt8]
    var ending: Ending
  }

  /// A line that passes this is given out in pieces: a stream without newlines must not gather in
  /// memory.
  static let longestLine = 64 * 1024

  private var pending: [UInt8] = []
  private let keepsLastLines: Bool
  /// The last three lines, if they are wanted: what a failure's summary shows.
  private(set) var lastLines: [ArraySlice<UInt8>] = []

  init(keepsLastLines: Bool = false) { self.keepsLastLines = keepsLastLines }

  /// Takes a chunk and gives the lines that it completes.
  mutating func add(
    _ chunk: some Collection<UInt8>,
    _ line: (ArraySlice<UInt8>, Line.Ending) -> Void
  ) {
    let bytes = pending.isEmpty ? Array(chunk) : pending + Array(chunk)
    pending.removeAll(keepingCapacity: true)
    var start = 0
    while start < bytes.count {
      guard let end = Self.position(of: 10, in: bytes[start...]) else { break }
      give(Self.folded(bytes[start..<end]), .newline, line)
      start = end + 1
    }
    while bytes.count - start > Self.longestLine {
      let end = Self.endOfCharacter(in: bytes, before: start + Self.longestLine)
      give(bytes[start..<end], .tooLong, line)
      start = end
    }
    if start < bytes.count { pending.append(contentsOf: bytes[start...]) }
  }

  /// Gives the last line if the stream ended without a newline.
  mutating func finish(_ line: (ArraySlice<UInt8>, Line.Ending) -> Void) {
    guard !pending.isEmpty else { return }
    give(Self.folded(pending[...]), .none, line)
    pending = []
  }

  /// The last place up to `index` at which no character of UTF-8 is cut in two.
  private static func endOfCharacter(in bytes: [UInt8], before index: Int) -> Int {
    let start = (index - 3...index).last { bytes[$0] & 0xc0 != 0x80 }
    return start ?? index
  }

  private mutating func give(
    _ bytes: ArraySlice<UInt8>,
    _ ending: Line.Ending,
    _ line: (ArraySlice<UInt8>, Line.Ending) -> Void
  ) {
    line(bytes, ending)
    guard keepsLastLines else { return }
    if lastLines.count == 3 { lastLines.removeFirst() }
    lastLines.append(bytes)
  }

  /// Where a byte is; the C library looks at many at a time.
  private static func position(of byte: Int32, in bytes: ArraySlice<UInt8>) -> Int? {
    bytes.withUnsafeBufferPointer { buffer -> Int? in
      guard let base = buffer.baseAddress else { return nil }
      guard let found = memchr(base, byte, buffer.count) else { return nil }
      return bytes.startIndex + (UnsafeRawPointer(found) - UnsafeRawPointer(base))
    }
  }

  /// What a terminal would show of a line in which carriage returns went back to its start: a
  /// progress bar's last state.
  static func folded(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard position(of: 13, in: line) != nil else { return line }
    var line = line
    while line.last == 13 { line.removeLast() }
    guard let last = line.lastIndex(of: 13) else { return line }
    return line[(last + 1)...]
  }
}
