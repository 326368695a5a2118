import NIOPosix
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What comes in at standard input, and when its terminal gets another size.
///
/// A thread of its own waits for both, as no thread that tasks run on may. There is one reader.
final class StandardInput: Sendable {
  /// What happened.
  enum Event: Sendable, Equatable {
    case bytes([UInt8])
    /// There is no more.
    case end
    /// The terminal has another size, or swab has it again after it was stopped.
    case resized
  }

  private enum Wake {
    static let resized = UInt8(ascii: "r")
    static let cancelled = UInt8(ascii: "c")
  }

  /// What the signal handler, which may do hardly anything, writes to.
  nonisolated(unsafe) private static var signalEnd: Int32 = -1

  private let wakeRead: Int32
  private let wakeWrite: Int32
  private let isOpen: Atomic<Bool>
  private let thread = NIOThreadPool(numberOfThreads: 1)

  /// - Parameters:
  ///   - reads: Whether bytes are wanted; otherwise only sizes are told of.
  ///   - watchesSize: Whether sizes are wanted.
  init(reads: Bool, watchesSize: Bool) {
    isOpen = Atomic(reads)
    var ends: [Int32] = [-1, -1]
    _ = systemPipe(&ends)
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    (wakeRead, wakeWrite) = (ends[0], ends[1])
    thread.start()
    guard watchesSize else { return }
    Self.signalEnd = wakeWrite
    for number in [SIGWINCH, SIGCONT] {
      signal(number) { _ in
        var byte = Wake.resized
        let saved = errno
        write(StandardInput.signalEnd, &byte, 1)
        errno = saved
      }
    }
  }

  deinit {
    if Self.signalEnd == wakeWrite {
      for number in [SIGWINCH, SIGCONT] { signal(number, SIG_DFL) }
    }
    thread.shutdownGracefully { _ in }
    closeDescriptor(wakeRead)
    closeDescriptor(wakeWrite)
  }

  /// Waits for the next event.
  ///
  /// - Throws: `CancellationError`.
  func next() async throws -> Event {
    try await withTaskCancellationHandler {
      try await thread.runIfActive { [self] in try wait() }
    } onCancel: {
      var byte = Wake.cancelled
      write(wakeWrite, &byte, 1)
    }
  }

  private func wait() throws -> Event {
    while true {
      var polled = [pollfd(fd: wakeRead, events: Int16(POLLIN), revents: 0)]
      if isOpen.load(ordering: .relaxed) {
        polled.append(pollfd(fd: 0, events: Int16(POLLIN), revents: 0))
      }
      guard poll(&polled, nfds_t(polled.count), -1) > 0 else { continue }
      if polled[0].revents != 0, let event = try takeWake() { return event }
      if polled.count > 1, polled[1].revents != 0, let event = takeBytes() { return event }
    }
  }

  private func takeWake() throws -> Event? {
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = read(wakeRead, &bytes, bytes.count)
    guard count > 0 else { return nil }
    if bytes[..<count].contains(Wake.cancelled) { throw CancellationError() }
    return .resized
  }

  private func takeBytes() -> Event? {
    var bytes = [UInt8](repeating: 0, count: 32 * 1024)
    let count = read(0, &bytes, bytes.count)
    if count > 0 { return .bytes(Array(bytes[..<count])) }
    if count < 0, errno == EINTR || errno == EAGAIN { return nil }
    // A terminal that was hung up gives an error, which is an end as well.
    isOpen.store(false, ordering: .relaxed)
    return .end
  }
}

private func systemPipe(_ ends: UnsafeMutablePointer<Int32>) -> Int32 { pipe(ends) }

private func closeDescriptor(_ descriptor: Int32) { _ = close(descriptor) }
