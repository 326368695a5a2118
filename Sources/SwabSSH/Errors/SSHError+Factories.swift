extension SSHError {
  static func outOfMemory() -> SSHError {
    SSHError(.outOfMemory, "the SSH library got no memory")
  }

  static func cancelled() -> SSHError {
    SSHError(.cancelled, "cancelled")
  }

  static func connectionLost(reason: String?) -> SSHError {
    SSHError(.connectionLost, "the connection was lost: \(reason ?? "the server closed it")")
  }

  /// Lost, with the server's own words for it if there were any.
  static func connectionLost(goodbye: ServerGoodbye?) -> SSHError {
    var error = connectionLost(reason: goodbye?.text)
    error.cause = goodbye
    return error
  }

  static func connectionSilent(for duration: Duration) -> SSHError {
    SSHError(
      .connectionLost,
      "the connection was lost: the server has been silent for \(duration.words)"
    )
  }

  static func connectionClosed() -> SSHError {
    SSHError(.connectionLost, "the connection was closed")
  }

  static func unreachable(_ endpoint: String, because reason: String) -> SSHError {
    SSHError(
      .unreachable,
      "can't connect to \(endpoint): \(reason)",
      hint: "is the host up, is its address right, and does sshd listen on this port?"
    )
  }

  static func unknownName(_ name: String, because reason: String) -> SSHError {
    SSHError(
      .unreachable,
      "the name '\(name)' has no address: \(reason)",
      hint: "DNS, /etc/hosts and ssh_config were asked; give the host an address"
    )
  }

  static func handshakeFailed(_ reason: String) -> SSHError {
    SSHError(
      .unreachable,
      "the server ended the SSH handshake: \(reason)",
      hint: "sshd's log on the host says more; its MaxStartups limits new connections"
    )
  }

  static func endlessGreeting() -> SSHError {
    SSHError(
      .protocolError,
      "the server sent 64 KiB and no SSH version among it",
      hint: "does sshd listen on this port, or something else?"
    )
  }

  static func connectTimedOut(after limit: Duration, while what: String) -> SSHError {
    SSHError(
      .unreachable,
      "no answer within \(limit.words) while \(what)",
      hint: "is the host up, and is its address right? a higher timeout gives a slow one more time"
    )
  }

  static func commandTimedOut(after limit: Duration) -> SSHError {
    SSHError(
      .commandTimedOut,
      "the command was ended after \(limit.words)",
      hint: "give it more time with a higher command timeout"
    )
  }

  static func noChannel(within limit: Duration) -> SSHError {
    SSHError(.channelRefused, "no channel to be had within \(limit.words)")
  }

  static func channelRefused(_ what: String, because reason: String, hint: String?) -> SSHError {
    SSHError(.channelRefused, "the server refused \(what): \(reason)", hint: hint)
  }
}

extension Duration {
  /// `1.5 s`, `300 ms`: for people.
  var words: String {
    let milliseconds = components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    if milliseconds < 1000 { return "\(milliseconds) ms" }
    if milliseconds % 1000 == 0 { return "\(milliseconds / 1000) s" }
    return "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s"
  }
}
