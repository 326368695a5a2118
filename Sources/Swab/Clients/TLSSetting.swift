/// Whether a client speaks TLS to its engine, and how: `true`, `false`, or `.with(…)`.
///
/// ```swift
/// let docker = try dockerFabric(baseURL: "tcp://127.0.0.1:2376", tls: .with(DockerTLS(ca: "ca.pem")))
/// ```
public enum TLSSetting: Sendable, Hashable, ExpressibleByBooleanLiteral {
  /// No TLS.
  case off
  /// TLS as the keys of `env` say it: `docker_tls_ca` and the like.
  case on
  /// TLS with these options, whatever the keys of `env` say.
  case with(DockerTLS)

  /// Whether to speak TLS as the keys of `env` say it.
  public init(booleanLiteral isOn: Bool) { self.init(isOn) }

  /// Whether to speak TLS as the keys of `env` say it.
  public init(_ isOn: Bool) { self = isOn ? .on : .off }
}

extension TLSSetting {
  /// What `tls` of an entry of `docker_clients` may name, if it is a mapping.
  static let names = ["ca", "cert", "key", "verify", "server_name", "cert_path"]

  /// Reads `tls` of an entry of `docker_clients`; nil if it can't be.
  init?(_ value: EnvValue) {
    if let isOn = value.bool {
      self.init(isOn)
      return
    }
    guard let map = value.map, map.keys.allSatisfy(Self.names.contains) else { return nil }
    let texts = map.filter { $0.key != "verify" && !$0.value.isNull }
    let verify = map["verify"] ?? true
    guard let verifies = verify.bool, texts.allSatisfy({ $0.value.string != nil }) else {
      return nil
    }
    self = .with(DockerTLS(verifies: verifies) { map[$0]?.string })
  }

  /// The options of TLS with an engine; nil if none is spoken.
  ///
  /// - Parameters:
  ///   - setting: What a call or an entry of `docker_clients` says.
  ///   - baseURL: The engine's address.
  ///   - environment: What else says something.
  /// - Returns: The options.
  /// - Throws: ``TaskError`` if the address wants TLS and the setting doesn't; ``FabfileError`` if a
  ///   key of env holds what it can't.
  static func options(
    _ setting: TLSSetting?,
    for baseURL: String?,
    _ environment: EnvTable
  ) throws -> DockerTLS? {
    let isWanted = baseURL?.lowercased().hasPrefix("https:") ?? false
    switch setting {
    case .with(let options): return options
    case .off? where isWanted:
      throw TaskError(
        .usage,
        "'\(baseURL ?? "")' is an address with TLS, and tls is false",
        hint: "write tcp:// for an engine without TLS"
      )
    case .off?: return nil
    case .on?: break
    case nil: guard try environment.bool("docker_tls") ?? false || isWanted else { return nil }
    }
    return try DockerTLS(environment)
  }
}

extension DockerTLS {
  /// The options that the keys of env say.
  fileprivate init(_ environment: EnvTable) throws(FabfileError) {
    var values: [String: String] = [:]
    for name in TLSSetting.names where name != "verify" {
      values[name] = try environment.string(
        name == "cert_path" ? "docker_cert_path" : "docker_tls_\(name)"
      )
    }
    self.init(verifies: try environment.bool("docker_tls_verify") ?? true) { values[$0] }
  }

  /// The options of these texts: paths, in which `~` is the home folder, and a name.
  fileprivate init(verifies: Bool, _ text: (String) -> String?) {
    func value(_ name: String) -> String? { text(name).flatMap { $0.isEmpty ? nil : $0 } }
    func file(_ name: String) -> PEM? { value(name).map { .file(Person.ofProcess.expanded($0)) } }
    let folder = value("cert_path").map { Person.ofProcess.expanded($0) }
    self = folder.map { DockerTLS(folder: $0, verifies: verifies) } ?? DockerTLS(verifies: verifies)
    ca = file("ca") ?? ca
    certificate = file("cert") ?? certificate
    key = file("key") ?? key
    serverName = value("server_name")
  }
}
