extension DockerError {
  /// Why some builds can't be done by BuildKit here.
  private static let withoutSession =
    "it is asked for through BuildKit's session, which this client doesn't offer"

  /// Refuses what a build by BuildKit would need a session for.
  static func checkBuildKit(_ scan: DockerfileScan) throws {
    if let mount = scan.mounts.first {
      throw outOfScope(
        "the Dockerfile demands a mount of type \(mount)",
        hint: mount == "secret"
          ? "a secret can be fetched by a step over the network; build arguments are no place for it"
          : "a step can't use keys of this machine; fetch beforehand what it needs them for"
      )
    }
    if let frontend = scan.frontend {
      throw outOfScope(
        "the Dockerfile demands the frontend \(frontend)",
        hint: "without the line '# syntax=' the engine's own frontend is used"
      )
    }
  }

  private static func outOfScope(_ demand: String, hint: String) -> DockerError {
    var error = invalidArgument("\(demand), and that is out of scope: \(withoutSession)")
    error.hint = hint
    return error
  }

  /// Takes from the words of BuildKit what they say beside.
  mutating func explainBuildKit() {
    if detailCode == nil, let range = message.firstRange(of: "exit code: ") {
      detailCode = Int(message[range.upperBound...].prefix { $0.isNumber })
    }
    guard hint == nil else { return }
    let isForbidden = ["pull access denied", "unauthorized", "authorization failed", "401"]
      .contains { message.contains($0) }
    if message.contains("no active session") || message.contains("no SSH key") {
      hint = "what it wants is out of scope: \(Self.withoutSession)"
    } else if isForbidden {
      hint =
        "logins for private images are out of scope: \(Self.withoutSession); pull the image first, "
        + "or use the classic builder"
    }
  }
}
