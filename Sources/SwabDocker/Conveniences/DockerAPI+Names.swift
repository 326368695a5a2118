extension DockerAPI {
  /// All names of all containers, with those that links gave them.
  ///
  /// - Returns: The names, without the slash that the engine puts in front.
  /// - Throws: A ``DockerError``.
  public func containerNames() async throws -> Set<String> {
    Set(try await containers(all: true).flatMap(\.names))
  }

  /// The ids of all images that have a name, by their names.
  ///
  /// - Returns: The ids, by names such as `web:1.4`.
  /// - Throws: A ``DockerError``.
  public func imageTags() async throws -> [String: String] {
    let images = try await images()
    return Dictionary(images.flatMap { image in image.repoTags.map { ($0, image.id) } }) { $1 }
  }

  /// Gives an image further tags beside the one it was made with.
  ///
  /// - Parameters:
  ///   - tags: Tags such as `1.4`, or names such as `registry.example/web:1.4`.
  ///   - image: Its id or name.
  ///   - name: The name it was made with, whose repository the tags are for.
  ///   - addsLatest: Whether it gets the tag `latest` as well.
  /// - Throws: A ``DockerError`` whose `completed` has the names given before it.
  public func addTags(
    _ tags: [String],
    to image: String,
    named name: String,
    addsLatest: Bool = false
  ) async throws {
    let main = try ImageReference(parsing: name)
    var given: Set<String> = [main.tagged]
    var completed: [String] = []
    for tag in tags + (addsLatest ? ["latest"] : []) {
      do {
        let isName = tag.contains(":") || tag.contains("/")
        let new = try isName ? ImageReference(parsing: tag) : main.with(tag: tag)
        guard given.insert(new.tagged).inserted else { continue }
        try await self.tag(image, as: new.repository, tag: new.tag)
        completed.append(new.tagged)
      } catch let error as DockerError {
        throw error.after(completed)
      }
    }
  }

  /// Removes a container, if it is there.
  ///
  /// - Parameters:
  ///   - container: Its name or id.
  ///   - force: Whether a running one is killed first.
  ///   - volumes: Whether its anonymous volumes are removed, too.
  /// - Returns: Whether it was there.
  /// - Throws: A ``DockerError``: `conflict` if it runs and `force` is off.
  @discardableResult
  public func removeContainer(
    ifPresent container: String,
    force: Bool = false,
    volumes: Bool = false
  ) async throws -> Bool {
    do {
      try await removeContainer(container, force: force, volumes: volumes)
      return true
    } catch let error as DockerError where error.isNotFound {
      return false
    }
  }

  /// Takes a name from an image, if it is there, and removes the image with its last one.
  ///
  /// - Parameters:
  ///   - image: The name; or an id, which removes all its names if `force` is on.
  ///   - force: Whether that is so even if stopped containers are of it.
  ///   - keepsParents: Whether nameless images that it was built on stay.
  /// - Returns: What was done; nothing if it wasn't there.
  /// - Throws: A ``DockerError``: `conflict` if it is in use.
  @discardableResult
  public func removeImage(
    ifPresent image: String,
    force: Bool = false,
    keepsParents: Bool = false
  ) async throws -> [ImageRemoval] {
    do {
      return try await removeImage(image, force: force, keepsParents: keepsParents)
    } catch let error as DockerError where error.isNotFound {
      return []
    }
  }

  /// Reports what a container has written, as in `[web] GET /index.html`.
  ///
  /// - Parameters:
  ///   - container: Its name or id.
  ///   - tail: How many lines at most, from the end; all if there is none.
  /// - Throws: A ``DockerError``; `notImplemented` if its log driver cannot be read.
  public func pushContainerLogs(_ container: String, tail: Int? = nil) async throws {
    for try await line in try await logs(container, tail: tail).lines {
      report("[\(container)] \(line.text)")
    }
  }
}

extension ImageReference {
  /// The name with the tag that is assumed where there is none.
  var tagged: String { "\(repository):\(tag ?? "latest")" }
}

extension ImageDetails {
  /// The text as one of its names; nil if it is none, but its id, for example, or a part of that.
  func ownName(_ text: String) -> ImageReference? {
    let names = repoTags.compactMap { try? ImageReference(parsing: $0).tagged }
    guard let name = try? ImageReference(parsing: text), names.contains(name.tagged) else {
      return nil
    }
    return name
  }
}
