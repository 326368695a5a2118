import NIOHTTP1

extension DockerAPI {
  /// The images that the engine has.
  ///
  /// - Parameters:
  ///   - all: Whether the layers that no tag names are listed, too.
  ///   - filters: Conditions, such as `["dangling": true]` or `["label": "a=b"]`.
  ///   - digests: Whether `repoDigests` are looked up.
  ///   - name: A repository, with or without a tag; `*` stands for anything but a slash.
  ///   - sharedSize: Whether the bytes shared with other images are counted; needs API 1.42.
  ///   - manifests: Whether the manifests of all platforms are in `raw`; needs API 1.47.
  ///   - identity: Whether those manifests say what is known for sure of where they come from; needs
  ///     API 1.54.
  /// - Returns: An entry for each image.
  /// - Throws: A ``DockerError``.
  public func images(
    all: Bool = false,
    filters: DockerFilters = [:],
    digests: Bool = false,
    name: String? = nil,
    sharedSize: Bool = false,
    manifests: Bool = false,
    identity: Bool = false
  ) async throws -> [ImageSummary] {
    var call = DockerCall(.GET, "/images/json")
    var filters = filters
    if let name {
      filters["reference"] = .init((filters["reference"]?.texts ?? []) + [name])
    }
    call.add("all", all)
    call.add("digests", digests)
    if sharedSize { call.requires(1, 42, for: "sharedSize") }
    call.add("shared-size", sharedSize)
    // All layers are compared.
    if sharedSize { call.grace = nil }
    if manifests { call.requires(1, 47, for: "manifests of a listing") }
    call.add("manifests", manifests)
    if identity { call.requires(1, 54, for: "identity of a listing") }
    call.add("identity", identity)
    call.add(filters)
    return try await engine().list(call)
  }

  /// Everything the engine knows of an image.
  ///
  /// - Parameters:
  ///   - name: A name such as `busybox:latest`, or an id.
  ///   - platform: Which of its platforms is meant; needs API 1.49.
  ///   - manifests: Whether the manifests of all platforms are in `raw`; needs API 1.48.
  /// - Returns: What it holds and what it runs by default.
  /// - Throws: A ``DockerError`` with code `notFound` if there is no such image.
  public func inspectImage(
    _ name: String,
    platform: ImagePlatform? = nil,
    manifests: Bool = false
  ) async throws -> ImageDetails {
    var call = try DockerCall.image(name, "/json", .GET)
    if manifests { call.requires(1, 48, for: "manifests") }
    call.add("manifests", manifests)
    if let platform {
      call.requires(1, 49, for: "platform of an image")
      call.add("platform", platform.encoded.description)
    }
    return try await engine().object(call)
  }
}
