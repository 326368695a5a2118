internal import SwabSSH
import Synchronization

/// What one command tells of a host before its first tunnel: the failures of a stream-local channel
/// all look alike.
struct TunnelProbe: Sendable, Equatable {
  enum Socket: String, Sendable { case usable, forbidden, missing, notASocket }

  var socket: Socket
  var hasSocat: Bool
  var hasDocker: Bool

  /// Asks the host.
  ///
  /// It also starts the connection's first session channel, without which sshd delays the first
  /// stream-local channel by some 40 ms.
  ///
  /// - Throws: ``SSHError`` if the connection fails; ``TaskError`` if the host's answer makes no
  ///   sense.
  static func ask(
    _ connection: SSHConnection,
    host: String,
    path: String
  ) async throws -> TunnelProbe {
    let output = Mutex<[UInt8]>([])
    var command = SSHCommand(script(path))
    command.timeout = .seconds(30)
    let status = try await connection.execute(command) { chunk in
      guard case .standardOutput(let buffer) = chunk else { return }
      output.withLock { bytes in
        if bytes.count < 4096 { bytes.append(contentsOf: buffer.readableBytesView) }
      }
    }
    let answer = String(decoding: output.withLock { $0 }, as: UTF8.self)
    guard let probe = TunnelProbe(answer: answer) else {
      throw TaskError(
        .tunnelFailed,
        "the question for \(path) gave no answer "
          + "(exit status \(status.exitStatus.map { "\($0)" } ?? "unknown"))",
        host: host,
        hint: "does that user's account run /bin/sh?"
      )
    }
    return probe
  }

  /// Reads the script's answer, such as `swab-probe usable socat docker`.
  init?(answer: String) {
    let lines = answer.split(separator: "\n")
    guard let line = lines.last(where: { $0.hasPrefix("swab-probe ") }) else { return nil }
    let words = line.split(separator: " ").dropFirst().map(String.init)
    guard let socket = words.first.flatMap(Socket.init) else { return nil }
    self.socket = socket
    hasSocat = words.contains("socat")
    hasDocker = words.contains("docker")
  }

  private static func script(_ path: String) -> String {
    """
    s=\(Shell.quoted(path)); a=missing; \
    if [ -S "$s" ]; then if [ -r "$s" ] && [ -w "$s" ]; then a=usable; else a=forbidden; fi; \
    elif [ -e "$s" ]; then a=notASocket; fi; \
    for c in socat docker; do if command -v $c >/dev/null 2>&1; then a="$a $c"; fi; done; \
    echo "swab-probe $a"
    """
  }
}

extension TunnelProbe {
  /// The methods worth trying for a socket, best first.
  ///
  /// - Parameters:
  ///   - forced: What `docker_tunnel_method` says; nil for `auto`.
  ///   - path: The socket, for messages.
  ///   - host: The host, for messages.
  ///   - user: The user that logs in there, for messages.
  /// - Returns: At least one method.
  /// - Throws: ``TaskError`` that says what is missing on the host.
  func methods(
    forced: TunnelMethod?,
    path: String,
    host: String,
    user: String
  ) throws(TaskError) -> [TunnelMethod] {
    try checkSocket(path: path, host: host, user: user)
    switch forced {
    case .streamLocal: return [.streamLocal]
    case .socat:
      guard hasSocat else { throw Self.missing("socat", forced: .socat, host: host) }
      return [.socat]
    case .dialStdio:
      guard hasDocker else { throw Self.missing("docker", forced: .dialStdio, host: host) }
      return [.dialStdio]
    case .directTCPIP, nil:
      return [.streamLocal] + (hasSocat ? [.socat] : []) + (hasDocker ? [.dialStdio] : [])
    }
  }

  private func checkSocket(path: String, host: String, user: String) throws(TaskError) {
    switch socket {
    case .usable: return
    case .missing:
      throw TaskError(
        .tunnelFailed,
        "there is no Docker socket at \(path)",
        host: host,
        hint: "is the Docker Engine installed and running there? "
          + "docker_base_url names another socket"
      )
    case .notASocket:
      throw TaskError(
        .tunnelFailed,
        "\(path) is no socket",
        host: host,
        hint: "docker_base_url must name the Docker Engine's socket"
      )
    case .forbidden:
      throw TaskError(
        .tunnelFailed,
        "user '\(user)' may not use the Docker socket \(path)",
        host: host,
        hint: "add the user to the group docker there: sudo usermod -aG docker \(user)"
      )
    }
  }

  private static func missing(
    _ program: String,
    forced method: TunnelMethod,
    host: String
  ) -> TaskError {
    TaskError(
      .tunnelFailed,
      "docker_tunnel_method is \(method.rawValue), and there is no \(program) on the host's PATH",
      host: host,
      hint: "install it there, or leave docker_tunnel_method on auto"
    )
  }
}
