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
    var writer = SSHWireWriter()
    switch self {
    case .command: break
    case .streamLocal(let path):
      writer.write(text: path)
      writer.write(text: "")
      writer.write(uint32: 0)
    case .directTCPIP(let host, let port):
      writer.write(text: host)
      writer.write(uint32: UInt32(port))
      writer.write(text: "127.0.0.1")
      writer.write(uint32: 0)
    }
    return writer.bytes
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
