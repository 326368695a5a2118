public import NIOCore

/// A command to run on a host.
public struct SSHCommand: Sendable {
  /// What runs, in the words of `/bin/sh`, whatever the login shell is.
  public var text: String
  /// Whether the command gets a terminal; the two output streams are then one.
  public var requestsPTY = false
  /// What the command reads; with `nil` its standard input is closed at once.
  public var standardInput: [UInt8]?
  /// Gives what the command reads piece by piece, in place of ``standardInput``.
  public var input: SSHInput?
  /// How long it may take; `nil` for as long as it likes.
  public var timeout: Duration?
  /// Whether its process group is ended on the host when nobody waits for it any more.
  public var endsProcessGroup = true

  /// Makes a command with no terminal, no input and no timeout.
  public init(_ text: String) {
    self.text = text
  }
}

/// Gives what a command reads, piece by piece.
///
/// The closure that it gets returns when there is room for more, so that no more is held than the
/// command takes. It throws when the command takes no more, and so should this; what else this throws
/// ends the command.
public typealias SSHInput =
  @Sendable (_ write: @Sendable (ByteBuffer) async throws -> Void) async throws -> Void

/// A piece of a command's output, as it came.
public enum SSHOutputChunk: Sendable {
  /// Bytes of standard output; with a terminal, everything.
  case standardOutput(ByteBuffer)
  /// Bytes of standard error.
  case standardError(ByteBuffer)
}

/// How a command ended.
public struct SSHCommandStatus: Sendable {
  /// Its exit status, if it exited.
  public var exitStatus: Int?
  /// The signal that ended it, without `SIG` (`TERM`), if one did.
  public var signal: String?
  /// Its process id on the host, which also is the id of its process group.
  public var processID: Int?
  /// The time from asking for its channel until its end was known.
  public var duration: Duration

  /// Makes a status of its parts.
  public init(
    exitStatus: Int? = nil,
    signal: String? = nil,
    processID: Int? = nil,
    duration: Duration = .zero
  ) {
    self.exitStatus = exitStatus
    self.signal = signal
    self.processID = processID
    self.duration = duration
  }
}
