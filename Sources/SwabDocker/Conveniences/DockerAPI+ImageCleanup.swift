extension DockerAPI {
  /// Removes images that nobody needs.
  ///
  /// An image stays if a container is of it, if it has a name, and if one that stays was built on it.
  ///
  /// - Parameters:
  ///   - removesOld: Whether a name alone keeps no image, but the tag `latest` and `keepTags` do.
  ///   - keepTags: Tags that keep their images, such as `1.4`, or names such as `web:1.4`; they say
  ///     something only if `removesOld` is on.
  ///   - force: Whether names are taken away that containers were made by.
  ///   - raisesOnError: Whether one that can't be removed is an error; it is reported if not.
  ///   - listOnly: Whether they are only listed.
  /// - Returns: The ids of those that were removed, or would be; the ones built on others first.
  /// - Throws: A ``DockerError`` whose `completed` has the ids of those removed before it.
  @discardableResult
  public func cleanupImages(
    removesOld: Bool = false,
    keepTags: Set<String> = [],
    force: Bool = false,
    raisesOnError: Bool = false,
    listOnly: Bool = false
  ) async throws -> [String] {
    report("checking images for dependents")
    // The containers last: one that is made meanwhile keeps its image.
    let images = try await images(all: true)
    let used = Set(try await containers(all: true).map(\.imageID))
    let family = ImageFamily(images)
    let kept = family.ancestors(
      of: images.filter { used.contains($0.id) || $0.isKept(removesOld, keepTags) }
    )
    let unneeded = family.childrenFirst(images.filter { !kept.contains($0.id) })
    guard !listOnly else { return unneeded.map(\.id) }
    let removed = try await removeEach(unneeded, \.id, raisesOnError) { image in
      try await remove(image, force)
    }
    return removed.map(\.id)
  }

  /// Takes an image's names away, the last of which takes the image along.
  private func remove(_ image: ImageSummary, _ force: Bool) async throws {
    guard !image.repoTags.isEmpty else {
      do {
        try await removeImage(image.id, force: force)
      } catch let error as DockerError where error.isNotFound {
        // It went along with the last one that was built on it.
      }
      return
    }
    for name in image.repoTags { try await removeImage(name, force: force) }
  }
}

extension ImageSummary {
  fileprivate func isKept(_ removesOld: Bool, _ keepTags: Set<String>) -> Bool {
    repoTags.contains { name in
      guard removesOld else { return true }
      guard let tag = (try? ImageReference(parsing: name))?.tag else { return true }
      return tag == "latest" || keepTags.contains(tag) || keepTags.contains(name)
    }
  }
}

/// Which images were built on which.
private struct ImageFamily {
  private let parents: [String: String]

  init(_ images: [ImageSummary]) {
    let pairs = images.compactMap { image in image.parentID.map { (image.id, $0) } }
    parents = Dictionary(pairs) { first, _ in first }
  }

  /// The ids of these images and of all that they were built on.
  func ancestors(of images: [ImageSummary]) -> Set<String> {
    var found: Set<String> = []
    for image in images {
      var id: String? = image.id
      while let next = id, found.insert(next).inserted { id = parents[next] }
    }
    return found
  }

  /// The images in an order in which each can be removed.
  func childrenFirst(_ images: [ImageSummary]) -> [ImageSummary] {
    let depths = images.map { ancestors(of: [$0]).count }
    return images.indices.sorted { (depths[$1], $0) < (depths[$0], $1) }.map { images[$0] }
  }
}
