import NIOCore
import NIOPosix
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Writes to standard output and standard error on a thread of its own, in the order of the calls.
///
/// A reader that doesn't read (`| less`) must not hold a thread that tasks, timeouts and signals
/// need; those who produce much wait for room without one. While the reader of one stream doesn't
/// read, lines of the other one pass those that wait.
final class OutputWriter: Sendable {
  typealias Stream = OutputQueue.Stream

  /// Why nothing more can be written to standard output.
  enum Failure: Sendable, Equatable {
    /// Its reader is gone, as `head` is when it has seen enough.
    case readerGone
    /// A full disk, or the like; the value is errno's.
    case error(Int32)
  }

  private struct State {
    var queue = OutputQueue()
    /// Bytes that are not written yet, those that the thread has taken among them.
    var queued = 0
    var isFlushing = false
    /// Whether the thread waits for readers, and has to be woken for anything else.
    var isPolling = false
    var isImpatient = false
    /// Whether nothing more is written to standard output; with `isClosed`, to neither stream.
    var isOutputLost = false
    var isClosed = false
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  /// More than this in the queue makes producers wait.
  static let highMark = 1024 * 1024
  /// More than this holds the threads of producers that can't wait otherwise.
  static let hardMark = 16 * 1024 * 1024
  /// How long a reader may pause when the run was interrupted, in milliseconds.
  private static let patience: Int32 = 1000

  private let state = Mutex(State())
  private let thread = NIOThreadPool(numberOfThreads: 1)
  private let targets: OutputTargets
  private let onFailure: Mutex<(@Sendable (Failure) -> Void)?> = Mutex(nil)

  init(output: Int32 = 1, error: Int32 = 2) {
    targets = OutputTargets(output: output, error: error)
    thread.start()
  }

  deinit {
    thread.shutdownGracefully { _ in }
    targets.close()
  }

  /// Says what to do when nothing more can be written to standard output.
  func whenOutputFails(_ action: @escaping @Sendable (Failure) -> Void) {
    onFailure.withLock { $0 = action }
  }

  /// How much is queued.
  var queuedBytes: Int { state.withLock { $0.queued } }

  /// Queues bytes for a stream.
  func write(_ bytes: [UInt8], to stream: Stream) {
    let (mustStart, mustWake) = state.withLock { state -> (Bool, Bool) in
      guard !state.isClosed, !(stream == .output && state.isOutputLost) else {
        return (false, false)
      }
      state.queue.append(bytes, to: stream)
      state.queued += bytes.count
      defer { state.isFlushing = true }
      return (!state.isFlushing, state.isPolling)
    }
    if mustWake { targets.wake() }
    if mustStart { thread.submit { [self] _ in flush() } }
  }

  /// From now on, readers that don't read are not waited for longer than a second: the run was
  /// interrupted, and its end must not depend on them.
  func giveUpOnStuckReaders() {
    let mustWake = state.withLock { state in
      state.isImpatient = true
      return state.isPolling
    }
    if mustWake { targets.wake() }
  }

  /// Returns when less than the high mark is queued.
  ///
  /// - Throws: `CancellationError` if the task is cancelled before.
  func waitForRoom() async throws {
    while !state.withLock({ $0.isClosed || $0.queued < Self.highMark }) {
      try Task.checkCancellation()
      await waitForProgress(heedsCancellation: true)
    }
  }

  /// Returns when everything is written, or nothing more can be.
  func finish() async {
    while !state.withLock({ $0.isClosed || $0.queued == 0 }) {
      await waitForProgress(heedsCancellation: false)
    }
  }

  /// Holds the calling thread while more than the hard mark is queued.
  ///
  /// It needs none of the threads that tasks run on in order to return, and it returns when the
  /// task is cancelled or the run interrupted. There is nothing to wait at that would also hear of a
  /// cancellation, so it looks again and again.
  func holdWhileFull() {
    while state.withLock({ $0.queued > Self.hardMark && !$0.isClosed && !$0.isImpatient }),
      !Task.isCancelled
    {
      usleep(5000)
    }
  }

  private func waitForProgress(heedsCancellation: Bool) async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let mayWait = state.withLock { state -> Bool in
          // Asked under the lock: a cancellation that comes later finds the continuation.
          let isCancelled = heedsCancellation && Task.isCancelled
          guard !state.isClosed, state.isFlushing, !isCancelled else { return false }
          state.waiting.append(continuation)
          return true
        }
        if !mayWait { continuation.resume() }
      }
    } onCancel: {
      if heedsCancellation { wakeWaiting() }
    }
  }

  private func wakeWaiting() {
    let waiting = state.withLock { state in
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }
}

// MARK: The thread

extension OutputWriter {
  /// The chunk of each stream that is being written.
  private typealias Current = [OutputQueue.Chunk?]

  private func flush() {
    var current: Current = [nil, nil]
    while refill(&current) {
      // In order; only if the first one's reader doesn't read, the other stream has its turn.
      let streams = Stream.allCases.filter { current[$0.rawValue] != nil }
        .sorted { current[$0.rawValue]?.number ?? 0 < current[$1.rawValue]?.number ?? 0 }
      if let stream = targets.firstReady(of: streams) {
        writeSome(&current, stream)
      } else {
        waitForReaders(of: streams, current)
      }
    }
    wakeWaiting()
  }

  /// Takes chunks from the queue for streams that have none; false if there is nothing to write.
  private func refill(_ current: inout Current) -> Bool {
    state.withLock { state in
      for stream in Stream.allCases where current[stream.rawValue] == nil {
        current[stream.rawValue] = state.queue.popFirst(of: stream)
      }
      if state.isClosed || current.allSatisfy({ $0 == nil }) { state.isFlushing = false }
      return state.isFlushing
    }
  }

  private func writeSome(_ current: inout Current, _ stream: Stream) {
    guard var chunk = current[stream.rawValue] else { return }
    let result = targets.write(chunk.bytes[chunk.written...], to: stream)
    switch result {
    case .success(let count):
      chunk.written += count
      current[stream.rawValue] = chunk.isWritten ? nil : chunk
      countWritten(count)
    case .failure(let error):
      current[stream.rawValue] = nil
      countWritten(chunk.bytes.count - chunk.written)
      // That nobody reads what is said of the run is no reason to end it.
      if stream == .output { outputFailed(error.errnoCode) }
    }
  }

  private func countWritten(_ count: Int) {
    let mustWake = state.withLock { state in
      let before = state.queued
      state.queued -= count
      return state.queued <= 0 || (before >= Self.highMark && state.queued < Self.highMark)
    }
    if mustWake { wakeWaiting() }
  }

  private func waitForReaders(of streams: [Stream], _ current: Current) {
    let timeout = state.withLock { state -> Int32? in
      let hasMore = Stream.allCases.contains {
        current[$0.rawValue] == nil && state.queue.hasChunks(of: $0)
      }
      guard !hasMore else { return nil }
      state.isPolling = true
      return state.isImpatient ? Self.patience : -1
    }
    guard let timeout else { return }
    let isOver = !targets.waitForReaders(of: streams, atMost: timeout)
    let isImpatient = state.withLock { state in
      state.isPolling = false
      return state.isImpatient
    }
    if isOver, isImpatient { close() }
  }

  private func outputFailed(_ code: Int32) {
    if code == EPIPE {
      close()
    } else {
      state.withLock { state in
        state.isOutputLost = true
        state.queued -= state.queue.drop(.output)
      }
      let text = "swab: can't write output: \(String(cString: strerror(code)))\n"
      write(Array(text.utf8), to: .error)
      wakeWaiting()
    }
    onFailure.withLock { $0 }?(code == EPIPE ? .readerGone : .error(code))
  }

  /// Drops all there is and all to come.
  private func close() {
    state.withLock { state in
      state.isClosed = true
      state.queue = OutputQueue()
      state.queued = 0
    }
    wakeWaiting()
  }
}
