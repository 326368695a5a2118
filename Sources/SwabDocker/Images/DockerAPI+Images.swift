import NIOHTTP1

extension DockerAPI {
  /// The images that the engine has.
  ///
  /// - Parameters:
  ///   - all: Whether the layers that no tag names are listed, too.
  ///   - filters: Conditions, such as `["dangling": true]` or `["label": "a=b"]`.
  ///   - digests: Whether `repoDigests` are looked up.
  ///   - name: A repository, with or without a tag; `*` stands for anything but a slash.
  /// - Returns: An entry for each image.
  /// - Throws: A ``DockerError``.
  public func images(
    all: Bool = false,
    filters: DockerFilters = [:],
    digests: Bool = false,
    name: String? = nil
  ) async throws -> [ImageSummary] {
    var call = DockerCall(.GET, "/images/json")
    var filters = filters
    if let name {
      filters["reference"] = .init((filters["reference"]?.texts ?? []) + [name])
    }
    call.add("all", all)
    call.add("digests", digests)
    call.add(filters)
    return try await engine().list(call)
  }

  /// Everything the engine knows of an image.
  ///
  /// - Parameter name: A name such as `busybox:latest`, or an id.
  /// - Returns: What it holds and what it runs by default.
  /// - Throws: A ``DockerError`` with code `notFound` if there is no such image.
  public func inspectImage(_ name: String) async throws -> ImageDetails {
    try await engine().object(.image(name, "/json", .GET))
  }
}
