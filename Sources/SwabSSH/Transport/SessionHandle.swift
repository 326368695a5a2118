import CLibSSH2
import NIOCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Owns one `LIBSSH2_SESSION`, which lives and dies on its connection's event loop.
///
/// The library gets no socket: what it sends lands in ``outbound``, and what it receives comes
/// from ``inbound``. Sending never says "would block", which spares us the half of the library's
/// rules that ask for the same call again with the same arguments; holding back is up to the
/// callers of `libssh2_channel_write_ex`.
final class SessionHandle {
  let raw: OpaquePointer
  /// What the server sent and the library has not taken yet.
  var inbound = ByteBuffer()
  /// What the library sent and is still to be written to the connection.
  var outbound = ByteBuffer()
  /// Whether the library may take bytes now.
  ///
  /// While a channel waits for the answer to a request, libssh2 1.10 fails it as soon as it reads
  /// the answer to another one (`_libssh2_packet_requirev`). So everything is read into the
  /// library's queue first, and requests look there only, behind a shut gate.
  var isReceiving = false
  /// Whether the server has closed the connection.
  var hasEnded = false
  /// The reason that the server gave for going away.
  var goodbye: ServerGoodbye?
  /// What answers keyboard-interactive questions.
  var dialogue: PasswordDialogue?
  /// Whether the library has been told what to ask for.
  var hasPreferences = false
  private var isFreed = false

  /// Two first sessions at once would race to set the library up.
  private static let isReady = libssh2_init(0) == 0

  init() throws(SSHError) {
    guard Self.isReady, let raw = libssh2_session_init_ex(nil, nil, nil, nil) else {
      throw .outOfMemory()
    }
    self.raw = raw
    libssh2_session_set_blocking(raw, 0)
    libssh2_session_abstract(raw).pointee = Unmanaged.passUnretained(self).toOpaque()
    setCallback(
      LIBSSH2_CALLBACK_SEND,
      unsafeBitCast(sendCallback, to: UnsafeMutableRawPointer.self)
    )
    setCallback(
      LIBSSH2_CALLBACK_RECV,
      unsafeBitCast(receiveCallback, to: UnsafeMutableRawPointer.self)
    )
    setCallback(
      LIBSSH2_CALLBACK_DISCONNECT,
      unsafeBitCast(disconnectCallback, to: UnsafeMutableRawPointer.self)
    )
  }

  deinit { free() }

  /// Frees the session with all its channels; nothing may be asked of it after this.
  func free() {
    guard !isFreed else { return }
    isFreed = true
    // Freeing a session closes its channels, which else would wait for the server's answer.
    hasEnded = true
    isReceiving = true
    inbound = ByteBuffer()
    libssh2_session_free(raw)
    outbound = ByteBuffer()
  }

  private func setCallback(_ kind: Int32, _ function: UnsafeMutableRawPointer) {
    _ = libssh2_session_callback_set(raw, kind, function)
  }

  /// The library's message for the last error; the next call may replace it.
  var lastMessage: String {
    var text: UnsafeMutablePointer<CChar>?
    var length: Int32 = 0
    _ = libssh2_session_last_error(raw, &text, &length, 0)
    return text.map { String(cString: $0) } ?? "unknown error"
  }

  /// Makes "would block" a value and everything else an error.
  ///
  /// - Returns: `true` for success, `false` for "call again when there is more input".
  func progress(_ code: Int32) throws(SSHError) -> Bool {
    if code == LIBSSH2_ERROR_EAGAIN { return false }
    guard code < 0 else { return true }
    throw error(code)
  }

  /// The error that a library call ended with.
  func error(_ code: Int32) -> SSHError {
    switch code {
    case LIBSSH2_ERROR_SOCKET_DISCONNECT, LIBSSH2_ERROR_SOCKET_RECV, LIBSSH2_ERROR_SOCKET_SEND:
      .connectionLost(goodbye: goodbye)
    case LIBSSH2_ERROR_ALLOC: .outOfMemory()
    case LIBSSH2_ERROR_TIMEOUT: .connectionLost(reason: "no answer for a minute")
    default:
      // Who left in the middle of something makes the library complain about that.
      goodbye == nil && !hasEnded
        ? SSHError(.protocolError, "\(lastMessage) (libssh2 \(code))")
        : .connectionLost(goodbye: goodbye)
    }
  }

  fileprivate static func of(
    _ abstract: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
  ) -> SessionHandle? {
    abstract?.pointee.map { Unmanaged<SessionHandle>.fromOpaque($0).takeUnretainedValue() }
  }

  fileprivate func take(into target: UnsafeMutableRawBufferPointer) -> Int {
    guard isReceiving else { return -Int(EAGAIN) }
    guard inbound.readableBytes > 0 else { return hasEnded ? 0 : -Int(EAGAIN) }
    let count = min(target.count, inbound.readableBytes)
    inbound.withUnsafeReadableBytes { bytes in
      target.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
    }
    inbound.moveReaderIndex(forwardBy: count)
    // Give the memory back at once: a thousand idle connections each would hold a read buffer.
    if inbound.readableBytes == 0 { inbound = ByteBuffer() }
    return count
  }
}

private let sendCallback:
  @convention(c) (
    libssh2_socket_t, UnsafeRawPointer?, Int, Int32,
    UnsafeMutablePointer<UnsafeMutableRawPointer?>?
  ) -> Int = { _, bytes, count, _, abstract in
    guard let session = SessionHandle.of(abstract) else { return -Int(EPIPE) }
    session.outbound.writeBytes(UnsafeRawBufferPointer(start: bytes, count: count))
    return count
  }

private let receiveCallback:
  @convention(c) (
    libssh2_socket_t, UnsafeMutableRawPointer?, Int, Int32,
    UnsafeMutablePointer<UnsafeMutableRawPointer?>?
  ) -> Int = { _, bytes, count, _, abstract in
    guard let session = SessionHandle.of(abstract) else { return 0 }
    return session.take(into: UnsafeMutableRawBufferPointer(start: bytes, count: count))
  }

private let disconnectCallback:
  @convention(c) (
    OpaquePointer?, Int32, UnsafePointer<CChar>?, Int32, UnsafePointer<CChar>?, Int32,
    UnsafeMutablePointer<UnsafeMutableRawPointer?>?
  ) -> Void = { _, _, message, count, _, _, abstract in
    guard let session = SessionHandle.of(abstract), let message, count > 0 else { return }
    let bytes = UnsafeRawBufferPointer(start: message, count: Int(count))
    session.goodbye = ServerGoodbye(text: String(decoding: bytes, as: UTF8.self))
  }
