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

  /// The exit status of a step, in what a builder says of its failure: `exit code: 7`, or of the
  /// classic one `returned a non-zero code: 7`.
  ///
  /// It stands behind the command, which may say the same.
  static func stepStatus(in message: String) -> Int? {
    let places = ["exit code: ", "returned a non-zero code: "].compactMap {
      message.ranges(of: $0).last?.upperBound
    }
    return places.max().flatMap { place in Int(message[place...].prefix(while: \.isNumber)) }
  }

  /// Takes from the words of BuildKit what they say beside.
  mutating func explainBuildKit() {
    detailCode = detailCode ?? Self.stepStatus(in: message)
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
