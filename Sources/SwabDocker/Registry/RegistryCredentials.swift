/// Who one is at a registry.
///
/// Its description shows no secret.
public struct RegistryCredentials: Sendable, Hashable {
  /// The user.
  public var username: String
  /// The password.
  public var password: String
  /// The user's mail address, which very old registries ask for.
  public var email: String?
  /// What a registry gave at a login, to be used in place of the password from then on.
  public var identityToken: String?
  /// A token that is sent to the registry as it is.
  public var registryToken: String?

  /// Credentials of a user with a password.
  ///
  /// - Parameters:
  ///   - username: The user.
  ///   - password: The password.
  ///   - email: The user's mail address.
  public init(username: String, password: String, email: String? = nil) {
    self.username = username
    self.password = password
    self.email = email
  }

  /// Credentials of which a token is all.
  ///
  /// - Parameter identityToken: What a registry gave at a login.
  public init(identityToken: String) {
    self.init(username: "", password: "")
    self.identityToken = identityToken
  }

  /// Whether nobody is named.
  var isEmpty: Bool {
    username.isEmpty && password.isEmpty && identityToken == nil && registryToken == nil
  }
}

extension RegistryCredentials: CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// The user, without the secrets.
  public var description: String {
    username.isEmpty ? "a token ••••" : "\(username) ••••"
  }

  /// The user, without the secrets.
  public var debugDescription: String { description }

  /// Nothing, so that no dump shows a secret.
  public var customMirror: Mirror { Mirror(self, children: [(label: String?, value: Any)]()) }
}

extension RegistryCredentials {
  /// The header for a request that needs one but has no credentials: `{}`.
  ///
  /// Engines before 23.0 answer a push without the header with status 400.
  static let anonymousHeader = header(JSONObject())

  /// The value of `X-Registry-Auth` for a request about that registry.
  ///
  /// The engine gives it to whichever registry the image is of, so it must be the right one.
  func header(for registry: RegistryName) -> String {
    Self.header(encoded(for: registry))
  }

  /// What the engine is told, in a header or a body.
  func encoded(for registry: RegistryName) -> JSONObject {
    var fields = JSONObject()
    fields.set("username", username.isEmpty ? nil : username)
    fields.set("password", password.isEmpty ? nil : password)
    fields.set("email", email)
    fields["serveraddress"] = .string(registry.key)
    fields.set("identitytoken", identityToken)
    fields.set("registrytoken", registryToken)
    return fields
  }

  /// JSON in the URL's alphabet, padded: the engine takes what it can't decode for nobody, and says
  /// nothing of it.
  static func header(_ fields: JSONObject) -> String {
    Base64.encode(JSONValue.object(fields).encoded, .url)
  }
}
