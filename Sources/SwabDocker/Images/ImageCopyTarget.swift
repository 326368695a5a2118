/// An engine that an image is copied to.
struct ImageCopyTarget: Sendable {
  /// How many of its images are looked at at the same time.
  private static let width = 8

  private let engine: any DockerAPI

  init(_ engine: any DockerAPI) {
    self.engine = engine
  }

  /// Finds out how much of an image the engine has; where it has all, it is told the name.
  ///
  /// - Returns: How many of the lowest layers it has; nothing if it has the image.
  func layersPresent(of image: ImageToCopy) async throws -> Int? {
    let images = try await engine.images()
    if images.contains(where: { $0.id == image.id }) {
      if let (repository, tag) = image.reference {
        try await engine.tag(image.id, as: repository, tag: tag)
      }
      return nil
    }
    // Such an engine wants all files, since it keeps them as they come.
    guard try await !engine.info().keepsImagesInContainerd else { return 0 }
    return try await mostLayers(shared: image.layers, by: images.map(\.id))
  }

  /// The largest number of layers that one of these images begins with, too.
  private func mostLayers(shared layers: [String], by images: [String]) async throws -> Int {
    try await withThrowingTaskGroup(of: Int.self) { group in
      var waiting = images[...]
      var most = 0
      func startNext() {
        guard most < layers.count, let image = waiting.popFirst() else { return }
        group.addTask { try await layersShared(layers, by: image) }
      }
      for _ in 0..<Self.width { startNext() }
      while let shared = try await group.next() {
        most = max(most, shared)
        startNext()
      }
      return most
    }
  }

  private func layersShared(_ layers: [String], by image: String) async throws -> Int {
    do {
      let own = try await engine.inspectImage(image).layers
      return zip(own, layers).prefix { $0 == $1 }.count
    } catch let error as DockerError where error.isNotFound {
      // Removed since it was listed.
      return 0
    }
  }

  /// Has the engine load what comes through a lane.
  ///
  /// - Throws: A ``DockerError``: `timeout` if the engine neither takes what is there nor says
  ///   anything for that long.
  func load(_ lane: ImageCopyLane, patience: Duration) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        for try await message in try await engine.beginLoad(lane.upload) {
          lane.showLife()
          engine.report(message)
        }
      }
      group.addTask { try await watch(lane, patience) }
      defer { group.cancelAll() }
      try await group.next()
    }
  }

  /// Throws when the engine has been idle for too long, though there was something to do.
  private func watch(_ lane: ImageCopyLane, _ patience: Duration) async throws {
    while true {
      let deadline = (lane.idleSince ?? .now) + patience
      try await Task.sleep(until: deadline, clock: .continuous)
      guard let idleSince = lane.idleSince, idleSince + patience <= .now else { continue }
      throw try await engine.engine().locate(
        .stalled(for: patience),
        DockerCall(.POST, "/images/load")
      )
    }
  }
}

extension EngineInfo {
  /// Whether its images are files of containerd, and not layers of the engine's own.
  var keepsImagesInContainerd: Bool {
    let pairs = raw["DriverStatus"]?.array ?? []
    return pairs.contains { $0[1]?.string == "io.containerd.snapshotter.v1" }
  }
}

extension DockerError {
  fileprivate static func stalled(for duration: Duration) -> DockerError {
    DockerError(
      code: .timeout,
      message: "the engine has taken nothing and said nothing for \(duration.formattedSeconds)"
    )
  }
}
