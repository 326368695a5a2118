/// The engine that the docker command would talk to: where it is, and how TLS is spoken with it.
///
/// ```swift
/// let endpoint = try DockerEndpoint.resolve()
/// print("\(endpoint.baseURL ?? "the standard socket"), by \(endpoint.origin)")
/// ```
public struct DockerEndpoint: Sendable, Hashable {
  /// The address as it was written; nil for the standard socket.
  ///
  /// It may be one that only the docker command understands, such as `ssh://…`.
  public var baseURL: String?
  /// How TLS is spoken; nil if it isn't, unless the address wants it.
  public var tls: DockerTLS?
  /// The API version to speak; nil to negotiate it.
  public var apiVersion: String?
  /// Headers of every request: `HttpHeaders` of `config.json`, but for an address that was given.
  public var headers: [String: String]
  /// What decided on this engine.
  public var origin: Origin

  /// What decides on an engine.
  @nonexhaustive
  public enum Origin: Sendable, Hashable {
    /// The caller, by an address.
    case address
    /// A variable of the environment, `DOCKER_HOST`.
    case variable
    /// A Docker context of this name.
    case context(String)
    /// Nothing, so that it is where engines usually are.
    case standard
  }

  /// An endpoint of these parts.
  public init(
    baseURL: String? = nil,
    tls: DockerTLS? = nil,
    apiVersion: String? = nil,
    headers: [String: String] = [:],
    origin: Origin = .address
  ) {
    self.baseURL = baseURL
    self.tls = tls
    self.apiVersion = apiVersion
    self.headers = headers
    self.origin = origin
  }
}

extension DockerEndpoint.Origin: CustomStringConvertible {
  /// What decided, as in `context 'prod'`.
  public var description: String {
    switch self {
    case .address: "its address"
    case .variable: "DOCKER_HOST"
    case .context(let name): "context '\(name)'"
    case .standard: "default"
    }
  }
}

extension DockerEndpoint {
  /// Decides as the docker command does.
  ///
  /// The first of these that there is: the address, the context, `DOCKER_HOST`, `DOCKER_CONTEXT`,
  /// `currentContext` of `config.json`, the standard socket. A context brings its own certificates.
  /// For the others `DOCKER_TLS_VERIFY` turns TLS on with the files of `DOCKER_CERT_PATH`, and
  /// `DOCKER_TLS` alone does so without checking who answers; both for any value but nothing.
  ///
  /// - Parameters:
  ///   - address: An address, which comes before everything else.
  ///   - context: The name of a context; `default` is what there is without contexts.
  ///   - environment: The variables of the environment, with `HOME`; by default this process's.
  /// - Returns: The engine.
  /// - Throws: A ``DockerError``: `unknownContext`, `fileFailed` or `invalidJSON` for a file of
  ///   Docker's settings, `invalidArgument` if both an address and a context are given.
  public static func resolve(
    address: String? = nil,
    context: String? = nil,
    environment: [String: String]? = nil
  ) throws -> DockerEndpoint {
    guard address == nil || context == nil else {
      throw DockerError.invalidArgument("an address and a context are two engines")
    }
    let variables = DockerVariables(environment ?? ProcessVariables.all())
    var endpoint: DockerEndpoint
    if let address {
      endpoint = variables.endpoint(address, origin: .address)
    } else if let choice = try variables.context(context), choice.name != "default" {
      endpoint = try DockerContexts(variables).endpoint(choice)
    } else {
      let host = variables["DOCKER_HOST"]
      endpoint = variables.endpoint(host, origin: host == nil ? .standard : .variable)
    }
    endpoint.apiVersion = variables["DOCKER_API_VERSION"]
    if address == nil { endpoint.headers = variables.headers }
    return endpoint
  }
}

extension DockerClient {
  /// A client for an engine that was decided on.
  ///
  /// - Parameters:
  ///   - endpoint: The engine.
  ///   - timeout: How long a request may take as a whole; a stream until it begins.
  ///   - registryLogins: Who one is at each registry; by default who the docker command is on this
  ///     machine.
  /// - Throws: A ``DockerError`` if the address, the version, a certificate or a key cannot be read.
  public convenience init(
    _ endpoint: DockerEndpoint,
    timeout: Duration? = .seconds(60),
    registryLogins: RegistryLogins = RegistryLogins()
  ) throws {
    try self.init(
      baseURL: endpoint.baseURL,
      tls: endpoint.tls,
      version: endpoint.apiVersion,
      timeout: timeout,
      registryLogins: registryLogins,
      headers: endpoint.headers
    )
  }

  /// A client for the engine that the docker command would talk to.
  ///
  /// - Parameters:
  ///   - context: The name of a context, if the environment is not to decide.
  ///   - environment: The variables of the environment, with `HOME`; by default this process's.
  ///   - timeout: How long a request may take as a whole; a stream until it begins.
  /// - Returns: The client.
  /// - Throws: What ``DockerEndpoint/resolve(address:context:environment:)`` throws, and what making
  ///   a client does.
  public static func fromEnvironment(
    context: String? = nil,
    environment: [String: String]? = nil,
    timeout: Duration? = .seconds(60)
  ) throws -> DockerClient {
    let endpoint = try DockerEndpoint.resolve(context: context, environment: environment)
    return try DockerClient(endpoint, timeout: timeout)
  }
}
