/// The platform an image is for, such as `linux/arm64/v8`.
public struct ImagePlatform: Sendable, Hashable {
  /// The operating system, such as `linux`.
  public var operatingSystem: String
  /// The processor architecture, such as `arm64`.
  public var architecture: String
  /// The variant of the architecture, such as `v8`.
  public var variant: String?

  /// A platform of these parts.
  public init(operatingSystem: String, architecture: String, variant: String? = nil) {
    self.operatingSystem = operatingSystem
    self.architecture = architecture
    self.variant = variant
  }

  /// Reads a text such as `linux/amd64` or `linux/arm/v7`.
  ///
  /// - Parameter text: The parts, with slashes between them.
  /// - Throws: A ``DockerError`` with code `invalidArgument`.
  public init(parsing text: String) throws {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard (2...3).contains(parts.count), !parts.contains("") else {
      throw DockerError.invalidArgument("'\(text)' is no platform such as linux/arm64")
    }
    self.init(
      operatingSystem: parts[0],
      architecture: parts[1],
      variant: parts.count > 2 ? parts[2] : nil
    )
  }

  /// The form of the Open Container Initiative, which some queries take.
  var encoded: JSONValue {
    var fields = JSONObject()
    fields["os"] = .string(operatingSystem)
    fields["architecture"] = .string(architecture)
    fields["variant"] = variant.map { .string($0) }
    return .object(fields)
  }
}

extension ImagePlatform {
  /// Whether both mean the same, by whichever of its names: `x86_64` is `amd64`, and an `arm64` is a
  /// `v8` if it doesn't say.
  func isSameAs(_ other: ImagePlatform) -> Bool {
    let (mine, others) = (canonical, other.canonical)
    return mine.operatingSystem == others.operatingSystem
      && mine.architecture == others.architecture
      && (mine.variant == nil || others.variant == nil || mine.variant == others.variant)
  }

  private var canonical: ImagePlatform {
    var result = ImagePlatform(
      operatingSystem: operatingSystem.lowercased(),
      architecture: architecture.lowercased(),
      variant: variant?.lowercased()
    )
    switch result.architecture {
    case "x86_64", "x86-64": result.architecture = "amd64"
    case "i386": result.architecture = "386"
    case "aarch64": result.architecture = "arm64"
    case "armhf": (result.architecture, result.variant) = ("arm", "v7")
    case "armel": (result.architecture, result.variant) = ("arm", "v6")
    default: break
    }
    if result.architecture == "arm64", result.variant == "v8" { result.variant = nil }
    return result
  }
}

extension ImagePlatform: CustomStringConvertible {
  /// The platform as in `linux/arm64/v8`.
  public var description: String {
    [operatingSystem, architecture, variant].compactMap { $0 }.joined(separator: "/")
  }
}
