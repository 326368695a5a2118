internal import SwabSSH

/// How a tunnel's channels reach the engine.
enum TunnelMethod: String, Sendable, Hashable {
  /// `direct-streamlocal@openssh.com` to the socket: no process on the host.
  case streamLocal = "streamlocal"
  /// `socat STDIO UNIX-CONNECT:…`, Docker-Fabric's way.
  case socat
  /// `docker system dial-stdio`, which needs only the docker CLI.
  case dialStdio = "dial-stdio"
  /// `direct-tcpip`, for engines that listen on TCP.
  case directTCPIP = "direct-tcpip"

  /// What a channel of this method leads to.
  func target(_ engine: RemoteEngine) -> SSHForwardTarget {
    switch engine {
    case .tcp(let host, let port): .directTCPIP(host: host, port: port)
    case .socket(let path):
      switch self {
      case .streamLocal, .directTCPIP: .streamLocal(path: path)
      case .socat:
        .command("exec socat STDIO \(Shell.quoted("UNIX-CONNECT:\(Self.escaped(path))"))")
      case .dialStdio:
        .command("exec docker --host=\(Shell.quoted("unix://\(path)")) system dial-stdio")
      }
    }
  }

  /// The command as `socat_quiet: false` shows it.
  func command(_ engine: RemoteEngine) -> String? {
    guard case .command(let text) = target(engine) else { return nil }
    return String(text.dropFirst("exec ".count))
  }

  /// socat's own quoting: it reads `,` `:` `!` and quotes in an address.
  private static func escaped(_ path: String) -> String {
    path.reduce(into: "") { text, character in
      if ",:!\"'\\ (){}[]".contains(character) { text.append("\\") }
      text.append(character)
    }
  }
}
