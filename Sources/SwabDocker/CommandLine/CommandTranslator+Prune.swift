// What is not used is removed, of all kinds in the same way.

extension CommandTranslator {
  /// Removes what is not used of a kind.
  ///
  /// - Parameters:
  ///   - request: The request.
  ///   - kind: What the docker command calls it.
  ///   - key: What the engine calls what was removed.
  /// - Returns: The command, with what it has removed as the answer.
  func prune(_ request: CommandRequest, _ kind: String, as key: String) -> DockerStep {
    var words = CommandWords(kind, "prune", "--force")
    var filters = request.filters
    // These are filters to the engine, and switches to the docker command.
    let switched = ["image": ("dangling", "false"), "volume": ("all", "true")][kind]
    let isAll = filters.contains { $0.name == switched?.0 && $0.value == switched?.1 }
    filters.removeAll { $0.name == switched?.0 }
    words.flag("all", isAll || kind == "builder" && request.isOn("all"))
    if kind == "builder" { Self.addLimits(request, to: &words) }
    words.flags("filter", filters)
    return .json(DockerCommand(words.words)) { output in
      var answer = JSONObject()
      let lines = output.lines
      answer["SpaceReclaimed"] = lines.lazy.compactMap(Self.reclaimed).first.map { .integer($0) }
      answer[key] = .array(lines.compactMap { Self.removed($0, kind) })
      return .object(answer)
    }
  }

  /// The engine has two names for what may stay; the old one every docker command knows.
  private static func addLimits(_ request: CommandRequest, to words: inout CommandWords) {
    let kept = request.parameter("reserved-space")
    words.flag("keep-storage", request.parameter("keep-storage") ?? kept)
    words.flag("max-used-space", request.parameter("max-used-space"))
    words.flag("min-free-space", request.parameter("min-free-space"))
  }

  /// What `Total reclaimed space: 1.2GB` tells, or `Total:\t1.2GB` of buildx.
  private static func reclaimed(_ line: String) -> Int? {
    for words in ["Total reclaimed space: ", "Total:"] where line.hasPrefix(words) {
      return HumanSize.bytes(line.dropFirst(words.count).drop(while: \.isWhitespace))
    }
    return nil
  }

  /// The entry of a line that tells of a thing removed.
  private static func removed(_ line: String, _ kind: String) -> JSONValue? {
    if kind == "image" { return removal(line) }
    guard reclaimed(line) == nil, !line.hasSuffix(":") else { return nil }
    guard kind == "builder" else { return .string(line.trimmingWhiteSpace()) }
    // Where the program leaves builds to buildx, it is a table: ID, RECLAIMABLE, SIZE, LAST ACCESSED,
    // with a star behind the id of what can be changed.
    let cells = line.split(whereSeparator: \.isWhitespace)
    guard let id = cells.first, cells.count == 1 || ["true", "false"].contains(cells[1]) else {
      return nil
    }
    return .string(String(id.last == "*" ? id.dropLast() : id))
  }
}
