/// A registry as credentials are kept for it: its host, and its port if it has one.
///
/// `registry.example`, `https://registry.example/` and `registry.example/v1/` are one registry, and so
/// are `docker.io`, `index.docker.io` and no name at all.
struct RegistryName: Sendable, Hashable {
  /// Where Docker Hub's credentials are kept, in files, helpers and headers alike.
  static let dockerHubKey = "https://index.docker.io/v1/"
  static let dockerHub = RegistryName(ImageReference.dockerHub)

  /// The host with its port; `docker.io` for Docker Hub.
  let host: String

  /// The registry that a text means: a host, a URL, or nothing for Docker Hub.
  init(_ text: String?) {
    let text = text ?? ""
    let start = text.firstRange(of: "://")?.upperBound ?? text.startIndex
    let host = text[start...].prefix { $0 != "/" }
    let isDockerHub = host.isEmpty || host == "docker.io" || host == "index.docker.io"
    self.host = isDockerHub ? ImageReference.dockerHub : String(host)
  }

  var isDockerHub: Bool { host == ImageReference.dockerHub }

  /// What the docker command calls it in files, to helpers, and in headers.
  var key: String { isDockerHub ? Self.dockerHubKey : host }

  /// Whether a key of a file is this registry's.
  ///
  /// Docker Hub has more keys than one: under `…/v1/access-token` and `…/v1/refresh-token` the docker
  /// command keeps something else than a login.
  func isMeant(by key: String) -> Bool {
    RegistryName(key) == self && !(isDockerHub && key.hasSuffix("-token"))
  }
}

extension RegistryName: CustomStringConvertible {
  /// The registry as messages call it.
  var description: String { isDockerHub ? "Docker Hub" : host }
}
