import NIOCore
import Testing

@testable import SwabDocker

@Suite("Frames of logs")
struct LogFrameTests {
  static func frame(_ type: UInt8, _ text: String, length: Int? = nil) -> [UInt8] {
    let length = UInt32(length ?? text.utf8.count)
    let header = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) }
    return [type, 0, 0, 0] + header + Array(text.utf8)
  }

  private func decode(_ reads: [[UInt8]], isRaw: Bool = false) throws -> [LogFrame] {
    var decoder = LogFrameDecoder(isRaw: isRaw)
    var frames: [LogFrame] = []
    for read in reads {
      decoder.append(ByteBuffer(bytes: read))
      while let frame = try decoder.next() { frames.append(frame) }
    }
    try decoder.finish()
    return frames
  }

  private static let recorded =
    frame(1, "hello\nworld\n") + frame(2, "oh\n") + frame(1, "") + frame(0, "in") + frame(2, "ü")
    + frame(1, String(repeating: "x", count: 300))

  @Test("cut at any byte they are the same (DE-43)", arguments: 0...LogFrameTests.recorded.count)
  func cuts(_ position: Int) throws {
    let (all, whole) = (Self.recorded, try decode([Self.recorded]))
    #expect(whole.map(\.text).prefix(4) == ["hello\nworld\n", "oh\n", "in", "ü"])
    #expect(
      whole.map(\.stream)
        == [.standardOutput, .standardError, .standardOutput, .standardError, .standardOutput]
    )
    #expect(try decode([Array(all[..<position]), Array(all[position...])]) == whole)
  }

  @Test("byte by byte they are the same (DE-43)")
  func bytes() throws {
    #expect(try decode(Self.recorded.map { [$0] }) == decode([Self.recorded]))
  }

  @Test("a frame without bytes is none (DE-44)")
  func empty() throws {
    #expect(try decode([Self.frame(1, "") + Self.frame(2, "")]).isEmpty)
  }

  @Test("an error of the engine within the stream is thrown (DE-44)")
  func failure() {
    let error = #expect(throws: DockerError.self) { try decode([Self.frame(3, "it broke\n")]) }
    #expect(error?.code == .streamFailed)
    #expect(error?.message == "it broke")
  }

  @Test("other streams are thrown (DE-44)", arguments: [4, 7, 255] as [UInt8])
  func unknown(_ type: UInt8) {
    let error = #expect(throws: DockerError.self) { try decode([Self.frame(type, "x")]) }
    #expect(error?.code == .unexpectedReply)
  }

  @Test("an end within a frame is reported (DE-44)", arguments: 1..<14)
  func truncated(_ length: Int) {
    let whole = Self.frame(1, "123456")
    let error = #expect(throws: DockerError.self) { try decode([Array(whole[..<length])]) }
    // The frame is complete with its 14th byte.
    #expect(error?.code == .streamTruncated)
  }

  @Test("a huge frame comes in pieces, and holds no more than one in memory")
  func huge() throws {
    var decoder = LogFrameDecoder(isRaw: false)
    decoder.append(ByteBuffer(bytes: Self.frame(2, "", length: Int(UInt32.max))))
    let part = ByteBuffer(repeating: 0x61, count: LogFrameDecoder.pieceLimit / 4)
    var sizes: [Int] = []
    for _ in 0..<10 {
      decoder.append(part)
      while let frame = try decoder.next() { sizes.append(frame.bytes.count) }
    }
    #expect(sizes == [LogFrameDecoder.pieceLimit, LogFrameDecoder.pieceLimit])
    #expect(throws: DockerError.self) { try decoder.finish() }
  }

  @Test("a header that lies about its length is found out, whichever way it lies (DE-44)")
  func lyingHeader() {
    // 4 GiB that never come, and a few bytes too few: the rest is no header of a frame.
    let long = #expect(throws: DockerError.self) {
      try decode([Self.frame(1, "abc", length: Int(UInt32.max))])
    }
    #expect(long?.code == .streamTruncated)
    let short = #expect(throws: DockerError.self) {
      try decode([Self.frame(1, "hello, world", length: 3)])
    }
    #expect(short?.code == .unexpectedReply)
    // What is no frame is said before its length is believed.
    let other = #expect(throws: DockerError.self) {
      try decode([Self.frame(9, "", length: Int(UInt32.max))])
    }
    #expect(other?.code == .unexpectedReply)
  }

  @Test("a terminal's output has no frames (DE-45)")
  func raw() throws {
    let frames = try decode([Self.frame(1, "a\r\n"), []], isRaw: true)
    #expect(frames == [LogFrame(stream: .standardOutput, bytes: Self.frame(1, "a\r\n"))])
  }
}

@Suite("Lines of logs")
struct LogLineTests {
  private func assemble(
    _ frames: [(LogFrame.Stream, String)],
    hasTimestamps: Bool = false,
    isRaw: Bool = false
  ) throws -> [LogLine] {
    var assembler = LogLineAssembler(limit: 100, hasTimestamps: hasTimestamps, isRaw: isRaw)
    var lines: [LogLine] = []
    for (stream, text) in frames {
      try assembler.append(LogFrame(stream: stream, bytes: Array(text.utf8)))
      while let line = assembler.next() { lines.append(line) }
    }
    while let line = assembler.finish() { lines.append(line) }
    return lines
  }

  @Test("the streams don't mix, and what comes last needs no line end")
  func streams() throws {
    let lines = try assemble([
      (.standardOutput, "a\n\nb"), (.standardError, "x"), (.standardOutput, "c\nd"),
      (.standardError, "y\r\nz"),
    ])
    #expect(lines.map(\.text) == ["a", "", "bc", "xy\r", "d", "z"])
  }

  @Test("parts of a line have one timestamp (DE-46)")
  func timestamps() throws {
    let (first, second) = ("2026-11-23T20:22:26.745046977Z ", "2026-11-23T20:22:27Z ")
    let lines = try assemble(
      [
        (.standardOutput, first + "long "), (.standardOutput, second + "line\n"),
        (.standardOutput, second + "2026-11-23T20:22:27Z x\n"),
      ],
      hasTimestamps: true
    )
    #expect(lines.map(\.text) == ["long line", "2026-11-23T20:22:27Z x"])
    #expect(lines.map(\.timestamp?.seconds) == [1_795_465_346, 1_795_465_347])
  }

  @Test("a terminal's lines end in CR LF, and are cut anywhere")
  func terminal() throws {
    let text = "2026-11-23T20:22:26Z a\r\n2026-11-23T20:22:27Z b\r\n"
    let lines = try assemble(
      text.map { (.standardOutput, String($0)) },
      hasTimestamps: true,
      isRaw: true
    )
    #expect(lines.map(\.text) == ["a", "b"])
    #expect(lines.map(\.timestamp?.seconds) == [1_795_465_346, 1_795_465_347])
  }

  @Test("a line beyond the limit is an error, not a cut")
  func limit() {
    let error = #expect(throws: DockerError.self) {
      try assemble([(.standardOutput, String(repeating: "x", count: 101))])
    }
    #expect(error?.code == .replyTooLarge)
  }
}
