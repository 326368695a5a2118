/// A version of the Docker Engine API, such as 1.41.
public struct APIVersion: Sendable, Hashable {
  /// The number before the point; 1 in all engines so far.
  public var major: Int
  /// The number after the point, which counts up: 1.9 is older than 1.10.
  public var minor: Int

  /// The version of these two numbers.
  public init(_ major: Int, _ minor: Int) {
    self.major = major
    self.minor = minor
  }

  /// Reads a version, with or without the `v` of request paths and with zeros after it.
  ///
  /// - Parameter text: For example `1.41`, `v1.41` or `1.41.0`.
  public init?(_ text: String) {
    let digits = text.first == "v" ? text.dropFirst() : Substring(text)
    let parts = digits.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
    guard
      (1...3).contains(parts.count), let major = parts[0], major >= 0,
      let minor = parts.count > 1 ? parts[1] : 0, minor >= 0, parts.count < 3 || parts[2] == 0
    else { return nil }
    self.init(major, minor)
  }

  /// The version that a setting asks for; nil if it is to be negotiated.
  ///
  /// - Throws: A ``DockerError`` with code `invalidArgument` if it is none.
  package static func pinned(_ text: String?) throws(DockerError) -> APIVersion? {
    guard let text, !text.isEmpty, text != "auto" else { return nil }
    guard let version = APIVersion(text) else {
      throw DockerError.invalidArgument("'\(text)' is no API version such as 1.41")
    }
    return version
  }

  /// The oldest API that this library speaks.
  public static let oldest = APIVersion(1, 24)

  /// The newest API that this library knows; with a newer engine it speaks this one.
  public static let newest = APIVersion(1, 55)
}

extension APIVersion: Comparable, CustomStringConvertible {
  /// Whether the left version is older.
  public static func < (left: APIVersion, right: APIVersion) -> Bool {
    (left.major, left.minor) < (right.major, right.minor)
  }

  /// The version as in `1.41`.
  public var description: String {
    "\(major).\(minor)"
  }
}
