/// How TLS is spoken to an engine: whom to trust, and who one is.
///
/// ```swift
/// let tls = DockerTLS(ca: "certs/ca.pem", certificate: "certs/cert.pem", key: "certs/key.pem")
/// let docker = try DockerClient(baseURL: "tcp://192.0.2.1:2376", tls: tls)
/// ```
public struct DockerTLS: Sendable, Hashable {
  /// Who may have signed the engine's certificate; by default whom the system trusts.
  public var ca: PEM?
  /// The certificate that tells the engine who one is, with those between it and its CA behind it.
  public var certificate: PEM?
  /// The private key of ``certificate``; one that is protected by a passphrase can't be used.
  public var key: PEM?
  /// Whether the engine must show that it is the one that is meant.
  ///
  /// If not, whoever sits on the way can play the engine, and read and change everything.
  public var verifies: Bool
  /// The name that the engine's certificate must be for; by default the host of its address.
  public var serverName: String?

  /// Options of TLS.
  ///
  /// - Parameters:
  ///   - ca: Who may have signed the engine's certificate; by default whom the system trusts.
  ///   - certificate: The certificate that tells the engine who one is.
  ///   - key: Its private key.
  ///   - verifies: Whether the engine must show that it is the one that is meant.
  ///   - serverName: The name that the engine's certificate must be for; by default the host of its
  ///     address.
  public init(
    ca: PEM? = nil,
    certificate: PEM? = nil,
    key: PEM? = nil,
    verifies: Bool = true,
    serverName: String? = nil
  ) {
    self.ca = ca
    self.certificate = certificate
    self.key = key
    self.verifies = verifies
    self.serverName = serverName
  }

  /// Options as Docker's own clients keep them: `ca.pem`, `cert.pem` and `key.pem` in a folder.
  ///
  /// A folder without `cert.pem` and `key.pem` is for engines that ask for none.
  ///
  /// - Parameters:
  ///   - folder: The folder.
  ///   - verifies: Whether the engine must show that it is the one that is meant; then `ca.pem` has
  ///     to be there.
  public init(folder: String, verifies: Bool = true) {
    func file(_ name: String) -> PEM? {
      let path = "\(folder)/\(name)"
      return SmallFile.exists(path) ? .file(path) : nil
    }
    self.init(
      ca: verifies ? .file("\(folder)/ca.pem") : nil,
      certificate: file("cert.pem"),
      key: file("key.pem"),
      verifies: verifies
    )
  }
}

extension DockerTLS {
  /// Certificates or a key as text: `-----BEGIN …`.
  ///
  /// A string literal is the path of a file. What is in it is never part of a description.
  public struct PEM: Sendable, Hashable, ExpressibleByStringLiteral {
    private enum Source: Hashable {
      case file(String)
      case bytes([UInt8])
    }

    private let source: Source

    /// What stands in a file, which is read when a client is made.
    ///
    /// - Parameter path: The path of the file.
    /// - Returns: Its contents to be.
    public static func file(_ path: String) -> PEM { PEM(source: .file(path)) }

    /// What is there already.
    ///
    /// - Parameter bytes: The text.
    /// - Returns: The text.
    public static func bytes(_ bytes: [UInt8]) -> PEM { PEM(source: .bytes(bytes)) }

    /// What stands in the file of that path.
    public init(stringLiteral path: String) { self = .file(path) }

    private init(source: Source) { self.source = source }
  }
}

extension DockerTLS.PEM: CustomStringConvertible, CustomReflectable {
  /// The path of the file, or how much text there is.
  public var description: String {
    switch source {
    case .file(let path): path
    case .bytes(let bytes): "\(bytes.count) bytes"
    }
  }

  /// Nothing but the description, since a key must not be shown.
  public var customMirror: Mirror { Mirror(self, children: []) }

  /// The text.
  ///
  /// - Throws: A ``DockerError`` with code `fileFailed`.
  func load() throws -> [UInt8] {
    switch source {
    case .bytes(let bytes): bytes
    case .file(let path): Array(try SmallFile.requiredText(of: path).utf8)
    }
  }
}
