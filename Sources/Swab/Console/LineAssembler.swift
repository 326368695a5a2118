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
      line(Self.folded(bytes[start..<end]), .newline)
      start = end + 1
    }
    while bytes.count - start > Self.longestLine {
      line(bytes[start..<(start + Self.longestLine)], .tooLong)
      start += Self.longestLine
    }
    if start < bytes.count { pending.append(contentsOf: bytes[start...]) }
  }

  /// Gives the last line if the stream ended without a newline.
  mutating func finish(_ line: (ArraySlice<UInt8>, Line.Ending) -> Void) {
    guard !pending.isEmpty else { return }
    line(Self.folded(pending[...]), .none)
    pending = []
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
  private static func folded(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard position(of: 13, in: line) != nil else { return line }
    var line = line
    while line.last == 13 { line.removeLast() }
    guard let last = line.lastIndex(of: 13) else { return line }
    return line[(last + 1)...]
  }
}
