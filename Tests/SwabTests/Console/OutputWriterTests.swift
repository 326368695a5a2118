import SwabTestSupport
import Synchronization
import Testing

@testable import Swab

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What becomes of output whose reader doesn't read, or is gone.
@Suite("Writing to standard output and standard error")
struct OutputWriterTests {
  /// A pipe that nobody reads unless asked to.
  private final class Pipe: Sendable {
    let readEnd: Int32
    let writeEnd: Int32

    init() throws {
      var ends: [Int32] = [-1, -1]
      guard pipe(&ends) == 0 else { throw TestSupportError("no pipe: \(errno)") }
      (readEnd, writeEnd) = (ends[0], ends[1])
      _ = fcntl(readEnd, F_SETFL, O_NONBLOCK)
    }

    deinit {
      close(readEnd)
      close(writeEnd)
    }

    /// What is in it now.
    func contents() -> [UInt8] {
      var all: [UInt8] = []
      var bytes = [UInt8](repeating: 0, count: 65536)
      while true {
        let count = read(readEnd, &bytes, bytes.count)
        guard count > 0 else { return all }
        all += bytes[..<count]
      }
    }

    /// Reads until there are so many bytes.
    func take(_ count: Int) async throws -> [UInt8] {
      var all: [UInt8] = []
      try await eventually("\(count) bytes") {
        all += contents()
        return all.count >= count
      }
      return all
    }
  }

  private let text = [UInt8](repeating: 0x61, count: OutputWriter.highMark + 1)

  @Test("while the reader of stdout doesn't read, stderr is written, and nothing is lost")
  func stuck() async throws {
    let (output, error) = (try Pipe(), try Pipe())
    let writer = OutputWriter(output: output.writeEnd, error: error.writeEnd)
    writer.write(text, to: .output)
    writer.write([0x78], to: .error)
    writer.write([0x62], to: .output)
    #expect(try await error.take(1) == [0x78])
    #expect(try await output.take(text.count + 1) == text + [0x62])
    await writer.finish()
    #expect(writer.queuedBytes == 0)
  }

  @Test("on one pipe or terminal, lines of both streams stay in order")
  func shared() async throws {
    let pipe = try Pipe()
    let writer = OutputWriter(output: pipe.writeEnd, error: pipe.writeEnd)
    let lines = (0..<20_000).map { Array("\($0)\n".utf8) }
    for (index, line) in lines.enumerated() {
      writer.write(line, to: index.isMultiple(of: 3) ? .error : .output)
    }
    let all = Array(lines.joined())
    #expect(try await pipe.take(all.count) == all)
  }

  @Test("who waits for room is released by room, and by cancellation")
  func room() async throws {
    let pipe = try Pipe()
    let writer = OutputWriter(output: pipe.writeEnd, error: pipe.writeEnd)
    writer.write(text + text, to: .output)
    let patient = Task { try await writer.waitForRoom() }
    let cancelled = Task { try await writer.waitForRoom() }
    cancelled.cancel()
    await #expect(throws: CancellationError.self) { try await cancelled.value }
    let taken = try await pipe.take(text.count + 4096).count
    try await patient.value
    _ = try await pipe.take(2 * text.count - taken)
    await writer.finish()
  }

  @Test("an interrupted run doesn't wait for a reader that doesn't read")
  func impatient() async throws {
    let pipe = try Pipe()
    let writer = OutputWriter(output: pipe.writeEnd, error: pipe.writeEnd)
    writer.write(text, to: .output)
    writer.giveUpOnStuckReaders()
    await writer.finish()
    writer.write(text, to: .output)
    #expect(writer.queuedBytes == 0)
    try await writer.waitForRoom()
  }

  @Test("a reader that is gone ends the output quietly; an error is told on stderr")
  func failures() async throws {
    let error = try Pipe()
    let full = open("/dev/full", O_WRONLY)
    defer { close(full) }
    var ends: [Int32] = [-1, -1]
    #expect(pipe(&ends) == 0)
    close(ends[0])
    defer { close(ends[1]) }
    signal(SIGPIPE, SIG_IGN)
    for (descriptor, failure, told) in [
      (ends[1], OutputWriter.Failure.readerGone, ""),
      (full, .error(ENOSPC), "swab: can't write output: No space left on device\nlast"),
    ] {
      let writer = OutputWriter(output: descriptor, error: error.writeEnd)
      let seen = Mutex<[OutputWriter.Failure]>([])
      writer.whenOutputFails { failure in seen.withLock { $0.append(failure) } }
      writer.write(text, to: .output)
      try await eventually("the failure") { seen.withLock { !$0.isEmpty } }
      writer.write(text, to: .output)
      writer.write(Array("last".utf8), to: .error)
      await writer.finish()
      #expect(seen.withLock { $0 } == [failure])
      #expect(String(decoding: error.contents(), as: UTF8.self) == told)
    }
  }

  @Test("prints without end are held at the hard mark until somebody reads")
  func held() async throws {
    let pipe = try Pipe()
    let writer = OutputWriter(output: pipe.writeEnd, error: pipe.writeEnd)
    let count = OutputWriter.hardMark / text.count + 8
    let printed = Mutex(0)
    let printing = Task.detached { [text] in
      for _ in 0..<count {
        writer.write(text, to: .output)
        writer.holdWhileFull()
        printed.withLock { $0 += 1 }
      }
    }
    try await eventually("a full queue") {
      writer.queuedBytes > OutputWriter.hardMark
    }
    let most = OutputWriter.hardMark + text.count
    #expect(printed.withLock { $0 } < count)
    var all = 0
    while all < count * text.count {
      #expect(writer.queuedBytes <= most)
      all += try await pipe.take(1).count
    }
    await printing.value
    #expect(all == count * text.count)
  }

  @Test("who is held is released by cancellation")
  func heldAndCancelled() async throws {
    let pipe = try Pipe()
    let writer = OutputWriter(output: pipe.writeEnd, error: pipe.writeEnd)
    writer.write([UInt8](repeating: 0x61, count: OutputWriter.hardMark * 2), to: .output)
    let held = Task.detached { writer.holdWhileFull() }
    held.cancel()
    await held.value
    #expect(writer.queuedBytes > OutputWriter.hardMark)
    writer.giveUpOnStuckReaders()
    await writer.finish()
  }
}
