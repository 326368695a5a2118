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

  /// What `docker_tunnel_method` can choose between, for sockets.
  private static let choices: [TunnelMethod] = [.streamLocal, .socat, .dialStdio]

  /// The method that was chosen.
  ///
  /// - Parameter text: What `docker_tunnel_method` or an entry of `docker_clients` says.
  /// - Returns: The method; nil for the first that works.
  /// - Throws: ``TaskError`` if there is no such method.
  static func chosen(_ text: String?) throws(TaskError) -> TunnelMethod? {
    guard let text, text != "auto" else { return nil }
    if let method = choices.first(where: { $0.rawValue == text }) { return method }
    let names = ["auto"] + choices.map(\.rawValue)
    throw TaskError(
      .usage,
      "there is no tunnel method '\(text)'",
      hint: "the methods are \(names.joined(separator: ", "))"
    )
  }

  /// What a channel of this method leads to.
  func target(_ engine: RemoteEngine) -> SSHForwardTarget {
    switch engine.endpoint {
    case .tcp(let host, let port): .directTCPIP(host: host, port: port)
    case .unixSocket(let path):
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
    path.unicodeScalars.reduce(into: "") { text, scalar in
      if ",:!\"'\\ (){}[]".unicodeScalars.contains(scalar) { text += "\\" }
      text.unicodeScalars.append(scalar)
    }
  }
}
