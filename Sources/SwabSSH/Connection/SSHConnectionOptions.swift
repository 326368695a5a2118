/// Where to connect to, as whom, and how patiently.
public struct SSHConnectionOptions: Sendable {
  /// How messages call the host: the host string as the person wrote it.
  public var name: String
  /// The name or address to connect to.
  public var address: String
  /// The TCP port.
  public var port: Int
  /// Who to log in as.
  public var user: String
  /// The name that host keys are on record under, if that is not ``address``.
  public var knownHostsName: String?
  /// The time each attempt gets for TCP, handshake and authentication, without the time that a
  /// person takes to answer a question.
  public var connectTimeout: Duration = .seconds(10)
  /// How often to try in all; only what may pass by itself is tried again.
  public var attempts = 1
  /// How often to ask an otherwise silent server for a sign of life; `nil` for never.
  public var keepaliveInterval: Duration? = .seconds(30)
  /// How many intervals in a row without any byte from the server make the connection lost.
  public var keepaliveCount = 3
  /// How many session channels are open at once; further ones wait in line.
  ///
  /// Becomes lower by itself when the server refuses one that should have fitted (`MaxSessions`).
  public var maxSessionChannels = 10
  /// The time between TERM and KILL for commands that are ended early.
  public var killGrace: Duration = .seconds(5)

  /// Makes options with the defaults of every other setting.
  public init(name: String? = nil, address: String, port: Int = 22, user: String) {
    self.name = name ?? address
    self.address = address
    self.port = port
    self.user = user
  }
}
