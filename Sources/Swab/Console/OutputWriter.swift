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
/// need; those who produce much wait for room without one.
final class OutputWriter: Sendable {
  private struct State {
    var queue: [(descriptor: Int32, bytes: [UInt8])] = []
    var queued = 0
    var isFlushing = false
    var isClosed = false
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  /// More than this in the queue makes producers wait.
  private static let highMark = 1024 * 1024

  private let state = Mutex(State())
  private let thread = NIOThreadPool(numberOfThreads: 1)
  private let onClosedPipe: Mutex<(@Sendable () -> Void)?> = Mutex(nil)

  init() { thread.start() }

  /// Says what to do when the reader of standard output is gone.
  func whenPipeCloses(_ action: @escaping @Sendable () -> Void) {
    onClosedPipe.withLock { $0 = action }
  }

  /// Queues bytes for a descriptor.
  func write(_ bytes: [UInt8], to descriptor: Int32) {
    let mustStart = state.withLock { state -> Bool in
      guard !state.isClosed else { return false }
      if let last = state.queue.indices.last, state.queue[last].descriptor == descriptor {
        state.queue[last].bytes.append(contentsOf: bytes)
      } else {
        state.queue.append((descriptor, bytes))
      }
      state.queued += bytes.count
      defer { state.isFlushing = true }
      return !state.isFlushing
    }
    guard mustStart else { return }
    thread.submit { [self] _ in flush() }
  }

  /// Returns when less than the high mark is queued.
  func waitForRoom() async { await wait(until: { $0.queued < Self.highMark }) }

  /// Returns when everything is written.
  func finish() async { await wait(until: { $0.queued == 0 }) }

  private func wait(until isDone: @Sendable (borrowing State) -> Bool) async {
    while true {
      if state.withLock({ $0.isClosed || isDone($0) }) { return }
      await withCheckedContinuation { continuation in
        let isReady = state.withLock { state -> Bool in
          if state.isClosed || !state.isFlushing { return true }
          state.waiting.append(continuation)
          return false
        }
        if isReady { continuation.resume() }
      }
    }
  }

  private func flush() {
    while true {
      let next = state.withLock { state -> (batch: [(Int32, [UInt8])], Bool) in
        let batch = state.queue.map { ($0.descriptor, $0.bytes) }
        state.queue = []
        if batch.isEmpty { state.isFlushing = false }
        return (batch, batch.isEmpty)
      }
      guard !next.1 else { return wake() }
      for (descriptor, bytes) in next.batch {
        guard Self.writeAll(bytes, to: descriptor) else { return close() }
        state.withLock { $0.queued -= bytes.count }
        wake()
      }
    }
  }

  private func wake() {
    let waiting = state.withLock { state in
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }

  private func close() {
    state.withLock { state in
      state.isClosed = true
      state.isFlushing = false
      state.queue = []
      state.queued = 0
    }
    wake()
    onClosedPipe.withLock { $0 }?()
  }

  /// False if the reader is gone.
  private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    bytes.withUnsafeBytes { buffer in
      var rest = buffer[...]
      while !rest.isEmpty {
        let count = systemWrite(descriptor, UnsafeRawBufferPointer(rebasing: rest))
        if count > 0 {
          rest = rest.dropFirst(count)
        } else if errno == EAGAIN {
          // Standard output may be non-blocking if it is shared with a program that set it so.
          var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          _ = systemPoll(&poll, 1, -1)
        } else if errno != EINTR {
          return descriptor != 1
        }
      }
      return true
    }
  }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(descriptor, bytes.baseAddress, bytes.count)
}

private func systemPoll(_ descriptors: UnsafeMutablePointer<pollfd>, _ count: nfds_t, _ wait: Int32)
  -> Int32
{
  poll(descriptors, count, wait)
}
