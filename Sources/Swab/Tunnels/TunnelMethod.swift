internal import SwabSSH

/// How a tunnel's channels reach the engine.
enum TunnelMethod: String, Sendable, Hashable {
  /// `direct-streamlocal@openssh.com` to the socket: no process on the host.
  case streamLocal = "streamlocal"
  /// `socat … STDIO UNIX-CONNECT:…`, Docker-Fabric's way.
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

  /// How many seconds socat waits for one direction when the other has ended.
  ///
  /// By itself it waits for half a second of silence, and a process may be long in answering to the
  /// end of its input. In milliseconds they have room in 32 bits.
  private static let socatPatience = 1_000_000

  /// Says how socat ends its output when the engine has ended the connection first; by itself it
  /// leaves it open until its input ends as well.
  ///
  /// A pipe has to be closed. A socket, as some sshd give it, is the input as well, and so is shut
  /// down. Either way, sshd passes the end on only when nobody can write errors any more.
  private static let socatEnd = "[ -p /dev/stdout ] && end=close || end=down"

  /// What a channel of this method leads to.
  func target(_ engine: RemoteEngine) -> SSHForwardTarget {
    switch engine.endpoint {
    case .tcp(let host, let port): .directTCPIP(host: host, port: port)
    case .unixSocket(let path):
      switch self {
      case .streamLocal, .directTCPIP: .streamLocal(path: path)
      case .socat:
        .command("\(Self.socatEnd); exec \(Self.socat(path, end: "$end")) 2>/dev/null")
      case .dialStdio:
        .command("exec docker --host=\(Shell.quoted("unix://\(path)")) system dial-stdio")
      }
    }
  }

  /// The command as `socat_quiet: false` shows it, where a command's output is a pipe.
  func command(_ engine: RemoteEngine) -> String? {
    switch (self, engine.endpoint) {
    case (.socat, .unixSocket(let path)): return Self.socat(path, end: "close")
    default:
      guard case .command(let text) = target(engine) else { return nil }
      return String(text.dropFirst("exec ".count))
    }
  }

  private static func socat(_ path: String, end: String) -> String {
    let address = Shell.quoted("UNIX-CONNECT:\(escaped(path))")
    return "socat -t \(socatPatience) STDIO,shut-\(end) \(address)"
  }

  /// socat's own quoting: it reads `,` `:` `!` and quotes in an address.
  private static func escaped(_ path: String) -> String {
    path.unicodeScalars.reduce(into: "") { text, scalar in
      if ",:!\"'\\ (){}[]".unicodeScalars.contains(scalar) { text += "\\" }
      text.unicodeScalars.append(scalar)
    }
  }
}
