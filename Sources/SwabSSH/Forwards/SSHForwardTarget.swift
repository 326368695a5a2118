/// What a bridged channel leads to, seen from the host.
public enum SSHForwardTarget: Sendable, Hashable {
  /// A UNIX socket on the host (`direct-streamlocal@openssh.com`).
  case streamLocal(path: String)
  /// A TCP port that the host can reach (`direct-tcpip`).
  case directTCPIP(host: String, port: Int)
  /// The standard input and output of a command, such as `socat STDIO UNIX-CONNECT:…`.
  case command(String)
}
