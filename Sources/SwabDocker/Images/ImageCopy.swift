import NIOCore

/// Sends an image to several engines.
struct ImageCopy: Sendable {
  typealias Outcome = Result<ImageDelivery, any Error>

  private let image: ImageToCopy
  private let source: any DockerAPI
  private let targets: [any DockerAPI]
  private let options: ImageCopyOptions

  init(
    _ image: ImageToCopy,
    from source: any DockerAPI,
    to targets: [any DockerAPI],
    _ options: ImageCopyOptions
  ) {
    self.image = image
    self.source = source
    self.targets = targets
    self.options = options
  }

  /// Sends it to all who lack it.
  ///
  /// - Returns: What has come of it for each.
  /// - Throws: What the source's engine fails with, or a `CancellationError`.
  func run() async throws -> [Outcome] {
    var outcomes: [Int: Outcome] = [:]
    var lacking: [Int: Int] = [:]
    for (index, need) in await needs() {
      switch need {
      case .success(nil):
        outcomes[index] = .success(delivery(leftOut: image.layers.count, bytes: 0))
      case .success(let layers?): lacking[index] = layers
      case .failure(let error): outcomes[index] = .failure(error)
      }
    }
    try Task.checkCancellation()
    outcomes.merge(try await send(toThoseWith: lacking)) { $1 }
    // What an engine had when it was asked may be gone; then it fails for want of a file.
    let failed = lacking.filter { index, layers in
      layers > 0 && outcomes[index]?.mayLackLayers == true
    }
    outcomes.merge(try await send(toThoseWith: failed.mapValues { _ in 0 })) { $1 }
    try Task.checkCancellation()
    return targets.indices.map { index in
      let outcome = outcomes[index] ?? .failure(CancellationError())
      if case .success(let delivery) = outcome {
        targets[index].report("image \(image.name): \(delivery)")
      }
      return outcome
    }
  }

  private func delivery(leftOut: Int, bytes: Int) -> ImageDelivery {
    ImageDelivery(layerCount: image.layers.count, layersLeftOut: leftOut, bytesSent: bytes)
  }

  private typealias Need = Result<Int?, any Error>

  /// How many layers each engine has already; nothing if it has the image.
  private func needs() async -> [Int: Need] {
    await withTaskGroup(of: (Int, Need).self) { group in
      // Swift 6.3's optimizer gives all tasks the first index if what `need` does stands here.
      for index in targets.indices { group.addTask { (index, await need(of: targets[index])) } }
      return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
  }

  private func need(of target: any DockerAPI) async -> Need {
    do {
      return .success(try await ImageCopyTarget(target).layersPresent(of: image))
    } catch {
      return .failure(error)
    }
  }

  /// Reads the image once, and sends it to some engines.
  ///
  /// - Parameter present: How many layers they have already, by their number.
  /// - Returns: What has come of it for each.
  /// - Throws: What the source's engine fails with.
  private func send(toThoseWith present: [Int: Int]) async throws -> [Int: Outcome] {
    guard !present.isEmpty else { return [:] }
    let lanes = present.mapValues { _ in ImageCopyLane() }
    return try await withThrowingTaskGroup(of: (Int, Outcome)?.self) { group in
      for (index, lane) in lanes {
        group.addTask { (index, await deliver(lane, to: index)) }
      }
      group.addTask {
        let receivers = lanes.map { ImageCopyFeed.Receiver(lane: $1, present: present[$0] ?? 0) }
        try await ImageCopyFeed(image, to: receivers).run(from: source)
        return nil
      }
      var outcomes: [Int: Outcome] = [:]
      while let result = try await group.next() {
        if let (index, outcome) = result { outcomes[index] = outcome }
      }
      return outcomes
    }
  }

  private func deliver(_ lane: ImageCopyLane, to index: Int) async -> Outcome {
    defer { lane.close() }
    do {
      try await ImageCopyTarget(targets[index]).load(lane, patience: options.patience)
      return .success(delivery(leftOut: lane.layersLeftOut, bytes: lane.sentBytes))
    } catch {
      return .failure(error)
    }
  }
}

extension ImageCopy.Outcome {
  /// Whether an engine failed in a way that may come of layers which it was not sent.
  fileprivate var mayLackLayers: Bool {
    guard case .failure(let error as DockerError) = self else { return false }
    return error.code == .streamFailed || error.code == .engineFailed || error.code == .notFound
  }
}
