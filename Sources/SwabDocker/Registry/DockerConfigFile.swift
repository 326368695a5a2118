/// What a person's docker command is set to: `~/.docker/config.json`.
///
/// Only what concerns requests is read; the rest is left to the docker command. The file may hold
/// passwords, so its description shows none of it.
public struct DockerConfigFile: Sendable {
  /// Where it is; nil for what stands in a variable.
  public let path: String?
  private let fields: JSONObject
  /// The entries by registry, of the newer form of the file and of the older.
  let logins: JSONObject

  /// Reads the text of a file.
  ///
  /// - Parameters:
  ///   - text: What stands in it; nothing at all is no setting at all.
  ///   - path: What errors call it.
  /// - Throws: A ``DockerError``: `invalidJSON`, or `invalidConfiguration` for what can't be meant.
  public init(parsing text: String, path: String? = nil) throws {
    self.path = path
    let name = path ?? DockerConfigFile.variable
    do {
      let value = try text.allSatisfy(\.isWhitespace) ? [:] : JSONValue(parsing: text)
      guard let fields = value.object else {
        throw DockerError.configuration(name, "an object is expected")
      }
      self.fields = fields
    } catch let error as DockerError where error.code == .invalidJSON {
      guard let login = Self.twoLines(text) else { throw error.named(name) }
      fields = login
    }
    for key in ["auths", "credHelpers", "HttpHeaders"] {
      guard let value = fields[key], !value.isNull, value.object == nil else { continue }
      throw DockerError.configuration(name, "\(key): an object is expected")
    }
    logins = fields["auths"]?.object ?? Self.topLevelLogins(fields)
  }

  /// The person's file, if there is one.
  ///
  /// - Parameter variables: The variables of the environment: `DOCKER_CONFIG` names the folder that
  ///   it is in, else that is `.docker` in `HOME`.
  /// - Returns: The file; or the older `~/.dockercfg`; or nil.
  /// - Throws: A ``DockerError``: `fileFailed` if it can't be read; or what is wrong in it.
  public static func load(variables: [String: String]) throws -> DockerConfigFile? {
    for path in paths(variables) {
      guard let text = try SmallFile.text(of: path) else { continue }
      return try DockerConfigFile(parsing: text, path: path)
    }
    return nil
  }

  /// What `DOCKER_AUTH_CONFIG` holds, in which logins may stand as in a file.
  ///
  /// - Parameter variables: The variables of the environment.
  /// - Returns: Its logins; nil without the variable.
  /// - Throws: A ``DockerError`` for what is wrong in it.
  static func inVariable(_ variables: [String: String]) throws -> DockerConfigFile? {
    guard let text = variables[variable], !text.isEmpty else { return nil }
    return try DockerConfigFile(parsing: text)
  }

  private static let variable = "DOCKER_AUTH_CONFIG"

  private static func paths(_ variables: [String: String]) -> [String] {
    let home = variables["HOME"].flatMap { $0.isEmpty ? nil : $0 }
    if let folder = variables["DOCKER_CONFIG"], !folder.isEmpty { return ["\(folder)/config.json"] }
    return home.map { ["\($0)/.docker/config.json", "\($0)/.dockercfg"] } ?? []
  }
}

extension DockerConfigFile {
  /// Headers for every request to an engine, such as a proxy before it may want.
  public var httpHeaders: [String: String] {
    fields["HttpHeaders"]?.object?.dictionary.compactMapValues(\.string) ?? [:]
  }

  /// The name of the context that the docker command uses.
  public var currentContext: String? {
    fields["currentContext"]?.string.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The program that keeps the logins of a registry, as `docker-credential-NAME`.
  ///
  /// An empty name for one registry means none for it, as the docker command has it.
  func helper(for registry: RegistryName) -> String? {
    let own = fields["credHelpers"]?[registry.key] ?? ownHelper(for: registry)
    let name = own?.string ?? fields["credsStore"]?.string
    return name.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// People write Docker Hub in several ways, and `https://` before others.
  private func ownHelper(for registry: RegistryName) -> JSONValue? {
    let helpers = fields["credHelpers"]?.object
    return helpers?.keys.first { registry.isMeant(by: $0) }.flatMap { helpers?[$0] }
  }

  /// What the file itself says of a registry.
  ///
  /// - Throws: A ``DockerError`` with code `invalidConfiguration` for an entry that can't be read.
  func credentials(for registry: RegistryName) throws -> RegistryCredentials? {
    let keys = [registry.key] + logins.keys.filter { registry.isMeant(by: $0) }
    guard let key = keys.first(where: { logins[$0] != nil }), let entry = logins[key] else {
      return nil
    }
    do {
      return try RegistryCredentials(entry)
    } catch {
      throw DockerError.configuration(path ?? Self.variable, "auths: '\(key)': \(error.reason)")
    }
  }
}

extension DockerConfigFile: CustomStringConvertible, CustomReflectable {
  /// Where the file is.
  public var description: String { path ?? Self.variable }

  /// Nothing, so that no dump shows a secret.
  public var customMirror: Mirror { Mirror(self, children: [(label: String?, value: Any)]()) }
}
