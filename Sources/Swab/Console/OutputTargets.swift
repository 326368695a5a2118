import NIOCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The descriptors of standard output and standard error, written to without being held up by a
/// reader that doesn't read.
///
/// They are not made non-blocking, as that would hold for every process that shares them.
struct OutputTargets: Sendable {
  typealias Stream = OutputQueue.Stream

  private let descriptors: [Int32]
  /// Of each stream, whether it is a file, which has no reader to wait for.
  private let areFiles: [Bool]
  /// Whether both streams are one pipe or terminal: then nothing can pass.
  private let isShared: Bool
  private let wakeRead: Int32
  private let wakeWrite: Int32

  /// A pipe whose reader reads takes this much without a wait once it takes anything.
  private static let pieceSize = 4096

  init(output: Int32, error: Int32) {
    descriptors = [output, error]
    let states = descriptors.map { descriptor in
      var status = stat()
      return fstat(descriptor, &status) == 0 ? status : nil
    }
    areFiles = states.map { $0.map { $0.st_mode & S_IFMT == S_IFREG } ?? false }
    isShared = states[0]?.st_ino == states[1]?.st_ino && states[0]?.st_dev == states[1]?.st_dev
    var ends: [Int32] = [-1, -1]
    _ = systemPipe(&ends)
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    (wakeRead, wakeWrite) = (ends[0], ends[1])
  }

  /// The first stream that takes bytes without a wait.
  func firstReady(of streams: [Stream]) -> Stream? {
    for stream in streams.prefix(isShared ? 1 : 2) {
      if areFiles[stream.rawValue] { return stream }
      var descriptor = pollfd(fd: descriptors[stream.rawValue], events: Int16(POLLOUT), revents: 0)
      if systemPoll(&descriptor, 1, 0) > 0 { return stream }
    }
    return nil
  }

  /// Waits until a stream takes bytes, or ``wake()``.
  ///
  /// - Returns: False if the time passed before.
  func waitForReaders(of streams: [Stream], atMost milliseconds: Int32) -> Bool {
    var polled = streams.prefix(isShared ? 1 : 2).map {
      pollfd(fd: descriptors[$0.rawValue], events: Int16(POLLOUT), revents: 0)
    }
    polled.append(pollfd(fd: wakeRead, events: Int16(POLLIN), revents: 0))
    let count = systemPoll(&polled, nfds_t(polled.count), milliseconds)
    var bytes: [UInt8] = Array(repeating: 0, count: 64)
    while read(wakeRead, &bytes, bytes.count) > 0 {}
    return count != 0
  }

  /// Ends a wait, from any thread.
  func wake() {
    var byte: UInt8 = 0
    _ = systemWrite(wakeWrite, &byte, 1)
  }

  /// Writes as much as a stream that is ready takes without a wait.
  ///
  /// - Returns: How many bytes that were; 0 if it wasn't ready after all.
  func write(_ bytes: ArraySlice<UInt8>, to stream: Stream) -> Result<Int, IOError> {
    let piece = areFiles[stream.rawValue] ? bytes : bytes.prefix(Self.pieceSize)
    let count = piece.withUnsafeBytes {
      systemWrite(descriptors[stream.rawValue], $0.baseAddress, $0.count)
    }
    if count >= 0 { return .success(count) }
    let code = errno
    if code == EINTR || code == EAGAIN { return .success(0) }
    return .failure(IOError(errnoCode: code, reason: "write"))
  }
}

extension OutputTargets {
  /// Closes what it opened; the streams stay.
  func close() {
    systemClose(wakeRead)
    systemClose(wakeWrite)
  }
}

private func systemClose(_ descriptor: Int32) { _ = close(descriptor) }

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}

private func systemPoll(_ descriptors: UnsafeMutablePointer<pollfd>, _ count: nfds_t, _ wait: Int32)
  -> Int32
{
  poll(descriptors, count, wait)
}

private func systemPipe(_ ends: UnsafeMutablePointer<Int32>) -> Int32 { pipe(ends) }
