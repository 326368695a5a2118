import NIOHTTP1

extension DockerClient {
  /// Removes what is not used of a kind.
  ///
  /// - Parameters:
  ///   - kind: What it is in paths, such as `images`.
  ///   - filters: Conditions.
  /// - Returns: What was removed.
  /// - Throws: A ``DockerError``.
  func prune(_ kind: String, _ filters: DockerFilters) async throws -> PruneReport {
    var call = DockerCall(.POST, "/\(kind)/prune")
    call.requires(1, 25, for: "pruning")
    try filters.requireValues()
    for name in filters.values.keys.sorted() {
      let minor = Self.firstMinor(of: name, forPruning: kind)
      call.requires(1, minor, for: "the filter '\(name)' for pruning \(kind)")
    }
    call.add(filters)
    // It takes as long as there is to remove.
    call.grace = nil
    return try await object(call)
  }

  /// The API version from which on engines heed a condition: before, they ignore it, and remove
  /// everything.
  private static func firstMinor(of filter: String, forPruning kind: String) -> Int {
    switch (kind, filter) {
    case ("images", "dangling"): 25
    case ("containers", "until"), ("images", "until"), ("networks", "until"): 28
    case (_, "label"), (_, "label!"): 29
    case ("volumes", "all"): 42
    // From 17.06 on they refuse what they don't know.
    default: 30
    }
  }
}

extension DockerFilters {
  /// Refuses a condition without values, which everything meets.
  ///
  /// - Throws: A ``DockerError`` with code `invalidArgument`.
  func requireValues() throws {
    for name in values.keys.sorted() where values[name]?.texts.isEmpty == true {
      throw DockerError.invalidArgument(
        "the filter '\(name)' has no values, and would remove everything"
      )
    }
  }
}
