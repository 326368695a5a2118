/// What an engine says while it pulls, pushes, builds, loads or imports.
public struct ProgressMessage: JSONBacked {
  /// The whole message.
  public let raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// What is being done, such as `Downloading` or `Pull complete`.
  public var status: String? { optionalText("status") }
  /// What it is done to, mostly the beginning of a layer's id.
  public var id: String? { optionalText("id") }
  /// Output of a build, with its line ends; it may be a part of a line.
  public var stream: String? { optionalText("stream") }
  /// How much is done, mostly in bytes; sometimes it gets beyond `total`.
  public var current: Int? { raw["progressDetail"]?["current"]?.int }
  /// How much there is to do, if the engine knows.
  public var total: Int? { raw["progressDetail"]?["total"]?.int.flatMap { $0 > 0 ? $0 : nil } }
  /// A result: of a push with the digest in it, of a build with the image's id.
  public var aux: JSONValue? { raw["aux"].flatMap { $0.isNull ? nil : $0 } }

  /// The failure that the message tells of, which is the last one then.
  ///
  /// ``DockerProgress`` throws it, and doesn't give the message.
  public var error: DockerError? {
    let detail = raw["errorDetail"]
    // The second is what older engines say, and newer ones no more.
    guard let text = detail?["message"]?.string ?? raw["error"]?.string else { return nil }
    let message = text.trimmingWhiteSpace()
    let number = detail?["code"]?.int.flatMap { $0 == 0 ? nil : $0 }
    // With a number it is a command that failed, whose text may say anything.
    let code = number == nil ? DockerError.Code(of: message) : nil
    var error = DockerError(
      code: code ?? .streamFailed,
      message: message.isEmpty ? "the engine failed and doesn't say why" : message
    )
    error.detailCode = number
    if number == nil { error.hint = DockerError.registryHint(in: message) }
    return error
  }
}

extension DockerError.Code {
  /// The kind of failure that the engine's words tell of, where its status doesn't.
  ///
  /// Failures within a stream come with status 200, and older engines pass on with status 500 what a
  /// registry has refused.
  init?(of message: String) {
    guard let kind = Self.kinds.first(where: { $0.words.contains { message.contains($0) } }) else {
      return nil
    }
    self = kind.code
  }

  private static let kinds: [(code: Self, words: [String])] = [
    (
      .unauthorized,
      [
        "unauthorized", "401 Unauthorized", "no basic auth credentials", "authentication required",
        "incorrect username or password", "access to the resource is denied",
      ]
    ),
    (.rateLimited, ["toomanyrequests", "429 Too Many Requests"]),
    (.forbidden, ["403 Forbidden"]),
    (
      .notFound,
      [
        "manifest unknown", "name unknown", "not known to registry", "No such image",
        "image does not exist", "tag does not exist", "not found: does not exist",
        "repository does not exist", "does not exist or no pull access", "404 Not Found",
      ]
    ),
  ]
}
