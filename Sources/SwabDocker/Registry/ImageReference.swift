/// The name of an image at a registry, in its parts.
///
/// ```swift
/// let image = try ImageReference(parsing: "registry.example:5000/team/app:v1")
/// image.registry    // registry.example:5000
/// image.path        // team/app
/// image.tag         // v1
/// ```
///
/// The grammar is the one that the engine and registries go by. An id is no reference.
public struct ImageReference: Sendable, Hashable {
  /// Docker Hub, as images are named after it.
  public static let dockerHub = "docker.io"

  /// The registry, with its port if it has one; `docker.io` where the name says none.
  public let registry: String
  /// The repository at the registry, such as `team/app` or `library/busybox`.
  public let path: String
  /// The tag, if there is one.
  public let tag: String?
  /// The digest, if there is one, as `sha256:…`; with both it is what counts.
  public let digest: String?

  /// Reads a name such as `busybox`, `team/app:v1` or `[2001:db8::1]:5000/app@sha256:…`.
  ///
  /// - Parameter text: The name.
  /// - Throws: A ``DockerError`` with code `invalidArgument` that says what is wrong with it.
  public init(parsing text: String) throws {
    guard !text.isEmpty else { throw DockerError.invalidArgument("the name of an image is empty") }
    guard !text.contains("://") else { throw DockerError.schemeInImageName }
    guard !Grammar.isIdentifier(text) else {
      throw DockerError.noImageName(text, "it is an id, and only names are known to registries")
    }
    let (registry, remainder) = Self.splitRegistry(from: text[...])
    var rest = remainder
    let digest = Self.cut(&rest, at: "@")
    let tag = Self.cut(&rest, at: ":")
    var path = String(rest)
    if registry == Self.dockerHub, !path.contains("/") { path = Self.official + path }
    do throws(Grammar.Mistake) {
      try Grammar.check(registry: registry)
      try Grammar.check(path: path)
      if let tag { try Grammar.check(tag: tag) }
      if let digest { try Grammar.check(digest: digest) }
    } catch {
      throw DockerError.noImageName(text, error.message)
    }
    self.init(registry, path, tag: tag, digest: digest)
  }

  private init(_ registry: String, _ path: String, tag: String?, digest: String?) {
    self.registry = registry
    self.path = path
    self.tag = tag
    self.digest = digest
  }

  /// The name of the same repository with another tag, and no digest.
  ///
  /// - Parameter tag: The tag.
  /// - Returns: The name.
  /// - Throws: A ``DockerError`` with code `invalidArgument` for what can't be a tag.
  public func with(tag: String) throws -> ImageReference {
    do throws(Grammar.Mistake) {
      try Grammar.check(tag: tag)
    } catch {
      throw DockerError.noImageName("\(repository):\(tag)", error.message)
    }
    return ImageReference(registry, path, tag: tag, digest: nil)
  }

  /// The repository as people write it: without Docker Hub and its `library/`.
  ///
  /// Where what is left would read as an id, Docker Hub stays.
  public var repository: String {
    guard registry == Self.dockerHub else { return "\(registry)/\(path)" }
    let name = path.dropFirst(Self.official.count)
    guard path.hasPrefix(Self.official), !name.contains("/") else { return path }
    return Grammar.isIdentifier(String(name)) ? "\(registry)/\(name)" : String(name)
  }

  /// The digest, or else the tag, or else `latest`: which of the repository's images is meant.
  var version: String { digest ?? tag ?? "latest" }

  private static let official = "library/"
}

extension ImageReference: CustomStringConvertible {
  /// The name as people write it, with tag and digest if it has them.
  public var description: String {
    repository + (tag.map { ":\($0)" } ?? "") + (digest.map { "@\($0)" } ?? "")
  }
}

extension ImageReference {
  /// What stands before the first slash is a registry if nothing else can look like that.
  private static func splitRegistry(from text: Substring) -> (registry: String, rest: Substring) {
    guard let slash = text.firstIndex(of: "/") else { return (dockerHub, text) }
    let first = text[..<slash]
    let isRegistry =
      first == "localhost" || first.contains { $0 == "." || $0 == ":" || $0.isUppercase }
    guard isRegistry else { return (dockerHub, text) }
    let registry = first == "index.docker.io" ? dockerHub : String(first)
    return (registry, text[text.index(after: slash)...])
  }

  /// Takes away what stands behind the first such character, and gives it.
  private static func cut(_ text: inout Substring, at separator: Character) -> String? {
    guard let index = text.firstIndex(of: separator) else { return nil }
    defer { text = text[..<index] }
    return String(text[text.index(after: index)...])
  }
}

extension DockerError {
  fileprivate static func noImageName(_ text: String, _ reason: String) -> DockerError {
    .invalidArgument("'\(text)' is no name of an image: \(reason)")
  }

  /// Without the text: a URL may hold a password.
  fileprivate static var schemeInImageName: DockerError {
    DockerError(
      code: .invalidArgument,
      message: "the name of an image is no URL",
      hint: "leave out the scheme: registry.example:5000/app"
    )
  }
}
