/// The variables of the environment that Docker's clients read, and the folder of their settings.
struct DockerVariables: Sendable {
  private let variables: [String: String]

  init(_ variables: [String: String]) {
    self.variables = variables
  }

  /// A variable; one without a value is as good as none.
  subscript(name: String) -> String? {
    variables[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The folder of `config.json`, contexts and certificates; nil without a home.
  var folder: String? {
    self["DOCKER_CONFIG"] ?? self["HOME"].map { "\($0)/.docker" }
  }

  /// Headers that the settings want on every request.
  ///
  /// Settings that can't be read have none; whoever needs more of them says what is wrong.
  var headers: [String: String] {
    (try? DockerConfigFile.load(variables: variables))?.httpHeaders ?? [:]
  }

  /// Where engines with TLS usually are, if nothing says otherwise: so the docker command has it.
  private static let hostWithTLS = "tcp://localhost:2376"

  /// The endpoint of an address, with the TLS of the environment.
  func endpoint(_ address: String?, origin: DockerEndpoint.Origin) -> DockerEndpoint {
    let verifies = self["DOCKER_TLS_VERIFY"] != nil
    let isAsked = verifies || self["DOCKER_TLS"] != nil
    let kind = address.map(AddressKind.init) ?? .open
    var tls: DockerTLS?
    if kind == .https, let folder = self["DOCKER_CERT_PATH"] {
      tls = DockerTLS(folder: folder, verifies: verifies || !isAsked)
    } else if isAsked, kind != .other, let folder = self["DOCKER_CERT_PATH"] ?? folder {
      tls = DockerTLS(folder: folder, verifies: verifies)
    }
    let baseURL = address ?? (tls == nil ? nil : Self.hostWithTLS)
    return DockerEndpoint(baseURL: baseURL, tls: tls, origin: origin)
  }

  /// The context that is asked for, by the caller, a variable or the settings.
  ///
  /// - Parameter name: What the caller says.
  /// - Returns: Its name, and who asks for it; nil if nobody asks for one.
  /// - Throws: A ``DockerError`` if the settings can't be read.
  func context(_ name: String?) throws -> (name: String, source: String)? {
    if let name { return (name, "asked for") }
    if self["DOCKER_HOST"] != nil { return nil }
    if let name = self["DOCKER_CONTEXT"] { return (name, "DOCKER_CONTEXT") }
    guard let path = folder.map({ "\($0)/config.json" }),
      let name = try JSONValue(settings: path)?["currentContext"]?.string, !name.isEmpty
    else { return nil }
    return (name, "currentContext of \(path)")
  }
}

/// What an address says of TLS.
enum AddressKind {
  case https
  /// TCP that can have it or not.
  case open
  case other

  init(_ address: String) {
    switch DockerAddress.splitScheme(address).scheme {
    case "https": self = .https
    case "tcp": self = .open
    case nil where !address.hasPrefix("/"): self = .open
    // As with the docker command, what TLS can't be spoken with is reached without it.
    default: self = .other
    }
  }
}

extension JSONValue {
  /// Reads a file of Docker's settings.
  ///
  /// It is nil if there is no such file, or nothing in it.
  ///
  /// - Parameter path: The path of the file.
  /// - Throws: A ``DockerError`` that names the file.
  init?(settings path: String) throws {
    guard let text = try SmallFile.text(of: path), !text.allSatisfy(\.isWhitespace) else {
      return nil
    }
    do {
      self = try JSONValue(parsing: text)
    } catch var error as DockerError {
      error.message = "\(path): \(error.message)"
      throw error
    }
  }
}
