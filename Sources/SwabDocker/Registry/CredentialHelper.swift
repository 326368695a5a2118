import Subprocess

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A program that keeps logins: `docker-credential-NAME`, which is told by its standard input whose
/// login is wanted.
struct CredentialHelper: Sendable {
  private static let outputLimit = 1 << 20
  private static let absence = "credentials not found in native keychain"

  let name: String
  /// The variables that it gets, of which `PATH` says where it is.
  let variables: [String: String]

  /// What it keeps for a registry; nil if nothing.
  ///
  /// - Throws: A ``DockerError`` with code `credentialHelperFailed`. A program that is missing is no
  ///   answer: to go on as nobody would end in a message that leads astray.
  func credentials(for registry: RegistryName) async throws -> RegistryCredentials? {
    let result = try await run("get", registry.key)
    let text = result.output.trimmingWhiteSpace()
    guard result.hasSucceeded else {
      if text.contains(Self.absence) { return nil }
      throw failed(registry, "it failed: " + Self.firstLine(text))
    }
    guard let answer = try? JSONValue(parsing: text), answer.object != nil else {
      throw failed(registry, "it gave no JSON")
    }
    let (user, secret) = (answer["Username"]?.string ?? "", answer["Secret"]?.string ?? "")
    if user.isEmpty, secret.isEmpty { return nil }
    return user == "<token>"
      ? RegistryCredentials(identityToken: secret)
      : RegistryCredentials(username: user, password: secret)
  }

  private var program: String { "docker-credential-\(name)" }

  private func run(
    _ action: String,
    _ input: String
  ) async throws -> (hasSucceeded: Bool, output: String) {
    guard !name.contains("/"), !name.utf8.contains(0) else {
      throw DockerError.credentialHelper("'\(name)' is no name of a credential helper")
    }
    // A program that doesn't read what it is asked must not end this one; NIO does the same with its
    // first socket, which may not be there yet.
    signal(SIGPIPE, SIG_IGN)
    var options = PlatformOptions()
    // It may be waiting for a person; who gives up waits no longer either.
    options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(1))]
    do {
      let result = try await Subprocess.run(
        .name(program),
        arguments: [action],
        environment: .custom(environment),
        platformOptions: options,
        input: .inputWriter,
        output: .string(limit: Self.outputLimit),
        error: .discarded
      ) { execution in
        _ = try? await execution.standardInputWriter.write(input)
        try? await execution.standardInputWriter.finish()
      }
      try Task.checkCancellation()
      return (result.terminationStatus.isSuccess, result.standardOutput)
    } catch let error as SubprocessError {
      try Task.checkCancellation()
      if error.code == .executableNotFound { throw DockerError.missingHelper(program) }
      throw DockerError.credentialHelper("\(program) could not be run: \(error)")
    }
  }

  private var environment: [Environment.Key: String] {
    var result: [Environment.Key: String] = [:]
    for (name, value) in variables {
      if let key = Environment.Key(rawValue: name) { result[key] = value }
    }
    return result
  }

  private func failed(_ registry: RegistryName, _ reason: String) -> DockerError {
    .credentialHelper("\(program) was asked for the login at \(registry): \(reason)")
  }

  /// Helpers write what is wrong to standard output; what looks like an answer may hold a secret.
  private static func firstLine(_ text: String) -> String {
    guard !text.contains("{") else { return "with an answer" }
    let line = text.prefix { !$0.isNewline }.prefix(200)
    return line.isEmpty ? "without a word" : String(line)
  }
}

extension DockerError {
  fileprivate static func credentialHelper(_ message: String) -> DockerError {
    DockerError(code: .credentialHelperFailed, message: message)
  }

  fileprivate static func missingHelper(_ program: String) -> DockerError {
    var error = credentialHelper("\(program) is not there, and config.json has logins kept by it")
    error.hint = "install it, or take it out of credsStore and credHelpers"
    return error
  }
}
