import NIOHTTP1

extension DockerAPI {
  /// Logs in to a registry, which is asked each time, and remembers the login if it is right.
  ///
  /// It is remembered by this client, and by whatever shares its ``RegistryLogins``; no file is
  /// written. Where the registry gives a token, that is what is used from then on.
  ///
  /// - Parameters:
  ///   - credentials: Who to be there.
  ///   - registry: The registry, such as `registry.example:5000`; Docker Hub if nil.
  /// - Returns: What the registry said.
  /// - Throws: A ``DockerError``: `unauthorized` if the registry takes no such login.
  @discardableResult
  public func login(
    _ credentials: RegistryCredentials,
    to registry: String? = nil
  ) async throws -> RegistryLogin {
    let name = RegistryName(registry)
    report("logging in to \(name)")
    let docker = try await engine()
    let login = try await docker.verify(credentials, at: name)
    var credentials = credentials
    if let token = login.identityToken {
      credentials.identityToken = token
      credentials.password = ""
    }
    docker.registryLogins.set(credentials, for: name)
    return login
  }

  /// Logs in to a registry as the docker command on this machine would, or as was done before.
  ///
  /// - Parameter registry: The registry; Docker Hub if nil.
  /// - Returns: What the registry said.
  /// - Throws: A ``DockerError``: `unauthorized` if there is no login for it, or a wrong one.
  @discardableResult
  public func login(to registry: String? = nil) async throws -> RegistryLogin {
    let name = RegistryName(registry)
    guard let credentials = try await engine().registryLogins.credentials(for: name) else {
      throw DockerError(
        code: .unauthorized,
        message: "there is no login for \(name) on this machine",
        hint: "give user and password, or log in once with: docker login"
          + (name.isDockerHub ? "" : " \(name.host)")
      )
    }
    return try await login(credentials, to: registry)
  }
}

/// What a registry said to a login that it took.
public struct RegistryLogin: JSONBacked {
  /// The whole answer.
  public let raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// The registry's words, such as `Login Succeeded`.
  public var status: String { text("Status") }
  /// What is used in place of the password from now on, if the registry wants that.
  var identityToken: String? { optionalText("IdentityToken") }
}

extension RegistryLogin: CustomStringConvertible, CustomReflectable {
  /// The registry's words.
  public var description: String { status }

  /// Nothing, so that no dump shows a token.
  public var customMirror: Mirror { Mirror(self, children: [(label: String?, value: Any)]()) }
}

extension DockerClient {
  fileprivate func verify(
    _ credentials: RegistryCredentials,
    at registry: RegistryName
  ) async throws -> RegistryLogin {
    var call = DockerCall(.POST, "/auth")
    call.body = .object(credentials.encoded(for: registry))
    let reply = try await reply(to: call)
    // Very old engines say it with status 204 alone.
    let answer = (try? JSONValue(parsing: reply.body)) ?? ["Status": "Login Succeeded"]
    return RegistryLogin(raw: answer)
  }

  /// Adds what is known of the registry of an image, or of a plugin, to a call about it.
  ///
  /// - Parameters:
  ///   - image: What the call is about; its registry is the only one that may see the header.
  ///   - call: The call.
  ///   - isMandatory: Whether the engine wants a header even from nobody.
  /// - Throws: A ``DockerError`` if credentials can't be looked up.
  func addLogin(
    for image: ImageReference,
    to call: inout DockerCall,
    isMandatory: Bool = false
  ) async throws {
    let name = RegistryName(image.registry)
    let credentials = try await registryLogins.credentials(for: name)
    let value = credentials?.header(for: name)
    guard let header = value ?? (isMandatory ? RegistryCredentials.anonymousHeader : nil) else {
      return
    }
    call.headers.append(("X-Registry-Auth", header))
  }

  /// The value of `X-Registry-Config`, by which a build may fetch from registries.
  ///
  /// Credentials of no other registries are in it, whatever the docker command knows.
  ///
  /// - Parameter registries: The registries that the build names, such as
  ///   ``ImageReference/registry`` of each `FROM`.
  /// - Returns: The value; nil if there are no credentials for any of them.
  /// - Throws: A ``DockerError`` if credentials can't be looked up.
  func registryConfig(for registries: [String]) async throws -> String? {
    var config = JSONObject()
    for name in Set(registries.map { RegistryName($0) }).sorted(by: { $0.host < $1.host }) {
      guard let credentials = try await registryLogins.credentials(for: name) else { continue }
      config[name.key] = .object(credentials.encoded(for: name))
    }
    return config.isEmpty ? nil : RegistryCredentials.header(config)
  }
}
