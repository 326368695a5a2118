/// How an engine finds out whether a container is well.
public struct Healthcheck: Sendable, Hashable {
  /// What is run: `["CMD", "curl", "-f", "http://localhost"]`, `["CMD-SHELL", "curl …"]`, or
  /// `["NONE"]` to take the image's away; empty for the image's own.
  public var test: [String]
  /// The time between two checks.
  public var interval: Duration?
  /// How long a check may take.
  public var timeout: Duration?
  /// How many failures in a row make the container unhealthy.
  public var retries: Int?
  /// How long failures don't count after the start.
  public var startPeriod: Duration?
  /// The time between two checks while they don't count.
  public var startInterval: Duration?

  /// A check that runs a command, whose words come after `CMD` or in one text after `CMD-SHELL`.
  public init(test: [String] = []) {
    self.test = test
  }

  /// A check by the container's shell.
  public static func shell(_ script: String) -> Healthcheck {
    Healthcheck(test: ["CMD-SHELL", script])
  }

  /// A check by a command, word by word.
  public static func command(_ words: String...) -> Healthcheck {
    Healthcheck(test: ["CMD"] + words)
  }

  /// No check, whatever the image says.
  public static let none = Healthcheck(test: ["NONE"])
}
