import CLibSSH2
import NIOCore

/// One channel of a connection, from waiting in line until it is closed on both sides.
///
/// It is moved on by its transport: ``advance()`` does all that can be done without waiting.
final class SSHChannel {
  /// What a channel is opened for.
  enum Purpose {
    case command(String, pty: Bool)
    case streamLocal(path: String)
    case directTCPIP(host: String, port: Int)
  }

  enum Phase {
    case waiting, opening, requestingPTY, requestingCommand, running, closing, closed
  }

  let purpose: Purpose
  /// Whether it may be opened although as many as allowed are open.
  let bypassesLimit: Bool
  /// Whether it came out of the line of those that count as session channels.
  var holdsSlot = false
  private(set) var phase = Phase.waiting
  /// Strong until the end: a consumer may have nobody else.
  private(set) var consumer: (any ChannelConsumer)?
  private unowned let transport: SSHTransport
  private var raw: OpaquePointer?
  private var window: WindowPolicy
  private var input = ByteBuffer()
  private var endsInput = false
  private var didEndInput = false
  private var didEndOutput = false
  private var serverDidClose = false
  private var failure: SSHError?
  private var readsErrorFirst = false
  /// A grant that is not on its way yet.
  private var pendingGrant = 0
  /// How often the server has refused to open it.
  var refusals = 0

  /// What is sent at most ahead of the server's acknowledgement, beside sshd's own window.
  static let inputMark = 256 * 1024
  /// The largest piece of output that a consumer gets.
  private static let pieceLimit = 128 * 1024

  init(
    _ purpose: Purpose,
    consumer: any ChannelConsumer,
    transport: SSHTransport,
    bypassesLimit: Bool = false,
    windowLimit: Int? = nil
  ) {
    self.purpose = purpose
    self.consumer = consumer
    self.transport = transport
    self.bypassesLimit = bypassesLimit
    window = WindowPolicy(
      limit: windowLimit
        ?? (purpose.isSession ? WindowPolicy.commandLimit : WindowPolicy.tunnelLimit)
    )
  }

  /// Whether the library can be made to read through it without side effects.
  var canPump: OpaquePointer? {
    switch phase {
    case .requestingPTY, .requestingCommand, .running: raw
    case .waiting, .opening, .closing, .closed: nil
    }
  }

  /// Bytes handed over and not sent yet.
  var pendingInput: Int { input.readableBytes }

  /// Whether the server has been asked to run its command.
  var wasAskedToRun: Bool {
    switch phase {
    case .requestingCommand, .running: true
    case .waiting, .opening, .requestingPTY, .closing, .closed: false
    }
  }

  /// Hands over bytes to send; call `transport.touch` afterwards.
  func send(_ bytes: ByteBuffer) {
    guard !endsInput else { return }
    if input.readableBytes == 0 {
      input = bytes
    } else {
      var bytes = bytes
      input.writeBuffer(&bytes)
    }
  }

  /// No more bytes will be handed over.
  func endInput() {
    endsInput = true
  }

  /// Closes the channel without waiting for its end, and lets its consumer go.
  func abandon() {
    consumer = nil
    switch phase {
    case .waiting: phase = .closed
    case .opening, .closing, .closed: break
    case .requestingPTY, .requestingCommand, .running: phase = .closing
    }
  }

  /// The connection is gone.
  func connectionDidEnd(_ error: SSHError) {
    guard phase != .closed else { return }
    phase = .closed
    // The session frees what is left of it.
    raw = nil
    finish(.failure(error))
  }

  private func finish(_ result: Result<ChannelExit, SSHError>) {
    let consumer = consumer
    self.consumer = nil
    consumer?.channelDidClose(result)
  }
}

// MARK: Opening

extension SSHChannel {
  /// Takes the opening a step further; one channel of a session at a time.
  ///
  /// - Returns: Whether the server has answered.
  /// - Throws: `channelRefused` if it said no.
  func open(_ session: SessionHandle) throws(SSHError) -> Bool {
    phase = .opening
    let message = purpose.openMessage
    let type = purpose.channelType
    let opened = message.withUnsafeBytes { bytes in
      libssh2_channel_open_ex(
        session.raw,
        type,
        UInt32(type.utf8.count),
        UInt32(WindowPolicy.initial),
        UInt32(LIBSSH2_CHANNEL_PACKET_DEFAULT),
        bytes.bindMemory(to: CChar.self).baseAddress,
        UInt32(bytes.count)
      )
    }
    guard let opened else {
      let code = libssh2_session_last_errno(session.raw)
      if code == LIBSSH2_ERROR_EAGAIN { return false }
      // sshd says nothing while it tries a target that swallows packets; the library waits a minute.
      if code == LIBSSH2_ERROR_TIMEOUT, !purpose.isSession {
        throw .channelRefused(purpose.words, because: "no answer for a minute", hint: purpose.hint)
      }
      guard code == LIBSSH2_ERROR_CHANNEL_FAILURE else { throw session.error(code) }
      throw .channelRefused(purpose.words, because: session.lastMessage, hint: purpose.hint)
    }
    raw = opened
    switch purpose {
    case .command(_, let pty): phase = pty ? .requestingPTY : .requestingCommand
    case .streamLocal, .directTCPIP: start()
    }
    // Abandoned while the server was thinking.
    if consumer == nil { phase = .closing }
    return true
  }

  /// It is the first in line now.
  func willOpen() {
    consumer?.channelWillOpen()
  }

  /// Goes back to the line: others hold the places that the server has.
  func returnToLine() {
    phase = .waiting
  }

  /// The server would not open it.
  func openingDidFail(_ error: SSHError) {
    phase = .closed
    finish(.failure(error))
  }

  private func start() {
    phase = .running
    consumer?.channelDidStart()
  }
}

// MARK: Moving on

extension SSHChannel {
  /// Does all that can be done now.
  ///
  /// - Throws: An error of the whole connection. What concerns only this channel goes to its
  ///   consumer.
  func advance(_ session: SessionHandle) throws(SSHError) {
    guard let raw else { return }
    if phase == .requestingPTY { try requestPTY(raw, session) }
    if phase == .requestingCommand { try requestCommand(raw, session) }
    if phase == .running {
      try write(raw, session)
      try read(raw, session)
      try noticeEnd(raw, session)
    }
    if phase == .closing { try close(raw, session) }
  }

  private func requestPTY(_ raw: OpaquePointer, _ session: SessionHandle) throws(SSHError) {
    let code = libssh2_channel_request_pty_ex(raw, "xterm", 5, nil, 0, 80, 24, 0, 0)
    if try answered(code, "a terminal", session) { phase = .requestingCommand }
  }

  private func requestCommand(_ raw: OpaquePointer, _ session: SessionHandle) throws(SSHError) {
    guard case .command(let text, _) = purpose else { return }
    let code = libssh2_channel_process_startup(
      raw,
      "exec",
      4,
      text,
      UInt32(text.utf8.count)
    )
    if try answered(code, "to run the command", session) { start() }
  }

  /// Whether the server said yes to a request; its no ends this channel only.
  private func answered(
    _ code: Int32,
    _ what: String,
    _ session: SessionHandle
  ) throws(SSHError) -> Bool {
    guard code == LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED else { return try session.progress(code) }
    failure = .channelRefused(what, because: session.lastMessage, hint: nil)
    phase = .closing
    return false
  }

  private func write(_ raw: OpaquePointer, _ session: SessionHandle) throws(SSHError) {
    var didSend = false
    while input.readableBytes > 0, !didEndInput {
      guard transport.canSend else {
        transport.hasBlockedWriter = true
        break
      }
      let code = input.withUnsafeReadableBytes { bytes in
        libssh2_channel_write_ex(
          raw,
          0,
          bytes.bindMemory(to: CChar.self).baseAddress,
          min(bytes.count, 32_700)
        )
      }
      if code == Int(LIBSSH2_ERROR_EAGAIN) || code == 0 { break }
      if code < 0 { throw session.error(Int32(code)) }
      input.moveReaderIndex(forwardBy: code)
      didSend = true
    }
    if input.readableBytes == 0 {
      input = ByteBuffer()
      if endsInput, !didEndInput, try session.progress(libssh2_channel_send_eof(raw)) {
        didEndInput = true
      }
    }
    if didSend { consumer?.channelDidSend() }
  }

  private func read(_ raw: OpaquePointer, _ session: SessionHandle) throws(SSHError) {
    var emptyStreams = 0
    while emptyStreams < 2, phase == .running, let consumer {
      guard consumer.wantsOutput else {
        window.readerDidPause()
        return
      }
      // In turn, so that a flood on one stream doesn't hide the other.
      let stream: ChannelStream = readsErrorFirst && purpose.isSession ? .error : .output
      readsErrorFirst.toggle()
      let piece = try readPiece(raw, stream, session)
      emptyStreams = piece == nil ? emptyStreams + 1 : 0
      if let piece { consumer.channelDidReceive(stream, piece) }
    }
  }

  /// Reads what there is of a stream, up to a limit; `nil` if there is nothing.
  private func readPiece(
    _ raw: OpaquePointer,
    _ stream: ChannelStream,
    _ session: SessionHandle
  ) throws(SSHError) -> ByteBuffer? {
    var piece: ByteBuffer?
    let scratch = transport.scratch.memory
    while (piece?.readableBytes ?? 0) < Self.pieceLimit, try keepWindowOpen(raw, session) {
      let count = libssh2_channel_read_ex(
        raw,
        stream.rawValue,
        scratch.baseAddress,
        WindowPolicy.readSize
      )
      if count == Int(LIBSSH2_ERROR_EAGAIN) || count == 0 { break }
      if count < 0 { throw session.error(Int32(count)) }
      let bytes = UnsafeRawBufferPointer(start: scratch.baseAddress, count: count)
      if piece == nil { piece = transport.buffer(of: count) }
      piece?.writeBytes(bytes)
      if count < WindowPolicy.readSize { break }
    }
    return piece
  }

  /// Lets the server send more, if it is time.
  ///
  /// - Returns: Whether there is something to read and the window is wide enough to read it.
  private func keepWindowOpen(
    _ raw: OpaquePointer,
    _ session: SessionHandle
  ) throws(SSHError) -> Bool {
    var unread: UInt = 0
    let remaining = Int(libssh2_channel_window_read_ex(raw, &unread, nil))
    guard unread > 0 else { return false }
    // A grant that a key exchange held up goes out as it was, before anything is read.
    if pendingGrant == 0 { pendingGrant = window.grant(remaining: remaining) }
    guard pendingGrant > 0 else { return true }
    let code = libssh2_channel_receive_window_adjust2(raw, UInt(pendingGrant), 1, nil)
    guard try session.progress(code) else { return false }
    pendingGrant = 0
    return true
  }

  private func noticeEnd(_ raw: OpaquePointer, _ session: SessionHandle) throws(SSHError) {
    guard phase == .running, libssh2_channel_eof(raw) == 1 else { return }
    if !didEndOutput {
      didEndOutput = true
      consumer?.channelDidEndOutput()
    }
    // The exit status may come long after the end of output, so the server closes first.
    guard phase == .running, try session.progress(libssh2_channel_wait_closed(raw)) else { return }
    serverDidClose = true
    phase = .closing
  }
}

// MARK: Closing

extension SSHChannel {
  private func close(_ raw: OpaquePointer, _ session: SessionHandle) throws(SSHError) {
    guard try session.progress(libssh2_channel_close(raw)) else { return }
    let exit = exit(of: raw, session)
    phase = .closed
    self.raw = nil
    if serverDidClose, transport.keepForPumping(raw) {
      // Freed when another takes its place.
    } else {
      libssh2_channel_free(raw)
    }
    finish(failure.map { .failure($0) } ?? .success(exit))
  }

  private func exit(of raw: OpaquePointer, _ session: SessionHandle) -> ChannelExit {
    var text: UnsafeMutablePointer<CChar>?
    var length = 0
    _ = libssh2_channel_get_exit_signal(raw, &text, &length, nil, nil, nil, nil)
    guard let text else {
      return ChannelExit(exitStatus: Int(libssh2_channel_get_exit_status(raw)))
    }
    defer { libssh2_free(session.raw, text) }
    return ChannelExit(signal: String(cString: text))
  }
}
