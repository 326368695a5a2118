/// An image that is to be copied, as its engine knows it.
struct ImageToCopy: Sendable {
  /// What it is saved by: a name with a tag, or an id.
  let name: String
  let id: String
  /// The digests of its layers' archives, the lowest first.
  let layers: [String]

  init(_ image: String, of source: any DockerAPI) async throws {
    let details = try await source.inspectImage(image)
    id = details.id
    layers = details.layers
    name = Self.savedName(image, details)
  }

  /// A bare name would be saved with all its tags, and a part of an id isn't found by all engines.
  private static func savedName(_ image: String, _ details: ImageDetails) -> String {
    // A name may well look like the beginning of an id, such as `cafe`.
    if let name = details.ownName(image) { return name.tagged }
    let digits = image.hasPrefix("sha256:") ? image.dropFirst(7) : Substring(image)
    return details.id.dropFirst(7).hasPrefix(digits) ? details.id : image
  }

  /// Repository and tag, where it goes by a name.
  var reference: (repository: String, tag: String)? {
    guard name != id, !name.contains("@"), let colon = name.lastIndex(of: ":") else { return nil }
    return (String(name[..<colon]), String(name[name.index(after: colon)...]))
  }
}

extension ImageDetails {
  /// The digests of the archives that its layers were made of, the lowest first.
  var layers: [String] {
    raw["RootFS"]?["Layers"]?.array?.compactMap(\.string) ?? []
  }
}
