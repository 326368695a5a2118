/// The contexts that the docker command keeps: an engine's address and certificates under a name.
struct DockerContexts: Sendable {
  private let folder: String

  init(_ variables: DockerVariables) {
    folder = "\(variables.folder ?? "/.docker")/contexts"
  }

  /// The endpoint of a context.
  ///
  /// - Parameter choice: Its name, and who asks for it.
  /// - Returns: The endpoint.
  /// - Throws: A ``DockerError``: `unknownContext`, or what is wrong with its files.
  func endpoint(_ choice: (name: String, source: String)) throws -> DockerEndpoint {
    let id = SHA256.hexDigest(of: choice.name)
    guard let meta = try JSONValue(settings: metaFile(id)) else {
      throw DockerError.unknownContext(choice.name, choice.source, known: names)
    }
    guard let docker = meta["Endpoints"]?["docker"], docker.object != nil else {
      throw DockerError(
        code: .unknownContext,
        message: "the Docker context '\(choice.name)' (\(choice.source)) names no engine"
      )
    }
    let host = docker["Host"]?.string.flatMap { $0.isEmpty ? nil : $0 }
    let skips = docker["SkipTLSVerify"]?.bool ?? false
    let canHaveTLS = host.map(AddressKind.init) ?? .other != .other
    return DockerEndpoint(
      baseURL: host,
      tls: canHaveTLS ? tls("\(folder)/tls/\(id)/docker", verifies: !skips) : nil,
      origin: .context(choice.name)
    )
  }

  /// The names of all of them.
  var names: [String] {
    let names = SmallFile.names(in: "\(folder)/meta").compactMap { id in
      (try? JSONValue(settings: metaFile(id)))?["Name"]?.string
    }
    return ["default"] + names.sorted()
  }

  private func metaFile(_ id: String) -> String {
    "\(folder)/meta/\(id)/meta.json"
  }

  /// A context without files trusts whom the system trusts, and speaks TLS only if it says at least
  /// that nothing is to be checked.
  private func tls(_ folder: String, verifies: Bool) -> DockerTLS? {
    let files = SmallFile.names(in: folder)
    guard !files.isEmpty || !verifies else { return nil }
    var tls = DockerTLS(folder: folder, verifies: verifies)
    if !files.contains("ca.pem") { tls.ca = nil }
    return tls
  }
}

extension DockerError {
  static func unknownContext(
    _ name: String,
    _ source: String,
    known: [String]
  ) -> DockerError {
    DockerError(
      code: .unknownContext,
      message: "there is no Docker context '\(name)' (\(source))",
      hint: "there are: \(known.joined(separator: ", "))"
    )
  }
}
