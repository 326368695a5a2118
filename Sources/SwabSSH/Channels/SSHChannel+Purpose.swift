extension SSHChannel.Purpose {
  /// Whether it counts against sshd's `MaxSessions`.
  var isSession: Bool {
    if case .command = self { true } else { false }
  }

  /// The type in the request to open it.
  var channelType: String {
    switch self {
    case .command: "session"
    case .streamLocal: "direct-streamlocal@openssh.com"
    case .directTCPIP: "direct-tcpip"
    }
  }

  /// What stands in the request to open it, after what all channels have.
  var openMessage: [UInt8] {
    switch self {
    case .command: []
    case .streamLocal(let path):
      WireFormat.string(path.utf8) + WireFormat.string([]) + WireFormat.number(0)
    case .directTCPIP(let host, let port):
      WireFormat.string(host.utf8) + WireFormat.number(UInt32(port))
        + WireFormat.string("127.0.0.1".utf8) + WireFormat.number(0)
    }
  }

  /// How messages call it.
  var words: String {
    switch self {
    case .command: "a session"
    case .streamLocal(let path): "a tunnel to \(path)"
    case .directTCPIP(let host, let port): "a tunnel to \(host):\(port)"
    }
  }

  /// What helps when the server refuses it.
  var hint: String {
    switch self {
    case .command:
      "sshd's MaxSessions may be used up by commands that still run"
    case .streamLocal:
      "is the socket there, may the user open it, and does sshd_config allow AllowStreamLocalForwarding?"
    case .directTCPIP:
      "does something listen there, and does sshd_config allow AllowTcpForwarding?"
    }
  }
}
