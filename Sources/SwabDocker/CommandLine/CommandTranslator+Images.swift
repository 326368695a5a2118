import NIOHTTP1

// Below /images.

extension CommandTranslator {
  func images(_ request: CommandRequest) throws -> DockerStep {
    switch (request.method, request.tail.first, request.tail.count) {
    case (.GET, "json", 1): return try listImages(request)
    case (.POST, "create", 1): return try createImage(request)
    case (.POST, "load", 1): return load(request)
    case (.POST, "prune", 1): return prune(request, "image", as: "ImagesDeleted")
    case (.GET, "search", 1): return try search(request)
    case (.GET, "get", 1): return try save(request.parameters("names"), request)
    case (.DELETE, _?, _): return try removeImage(request)
    case (_, _?, 2...): return try image(request)
    default: throw request.isNotPossible
    }
  }

  /// What is asked of one image, whose name may have slashes.
  private func image(_ request: CommandRequest) throws -> DockerStep {
    let name = request.tail.dropLast().joined(separator: "/")
    switch (request.method, request.tail.last) {
    case (.GET, "json"):
      try request.refuse("manifests")
      let platform = request.platform
      // Only that of images knows platforms, and what it doesn't find it calls something else.
      var words =
        platform == nil
        ? CommandWords("inspect", "--type=image") : CommandWords("image", "inspect")
      words.flag("platform", platform)
      try words.operand(name)
      return .object(words.words)
    case (.GET, "history"): return try history(of: name, request)
    case (.GET, "get"): return try save([name], request)
    case (.POST, "tag"):
      var words = CommandWords("tag")
      try words.operands([name, request.imageName("repo") ?? ""])
      return .done(words.words)
    case (.POST, "push"):
      var words = CommandWords("push")
      let tag = request.parameter("tag")
      words.flag("all-tags", tag == nil)
      words.flag("platform", request.platform)
      try words.operand(CommandRequest.imageName(name, tag: tag))
      var command = DockerCommand(words.words)
      command.logins = request.logins
      return .stream(command, ProgressShape.push)
    default: throw request.isNotPossible
    }
  }

  /// Pulls, or imports.
  private func createImage(_ request: CommandRequest) throws -> DockerStep {
    guard let source = request.parameter("fromSrc") else {
      var words = CommandWords("pull")
      let name = request.imageName("fromImage") ?? ""
      // Without a word on the tag, the engine pulls all of them.
      let last = name.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
      words.flag("all-tags", !last.contains(":") && !last.contains("@"))
      words.flag("platform", request.platform)
      try words.operand(name)
      var command = DockerCommand(words.words)
      command.logins = request.logins
      return .stream(command, ProgressShape.pull)
    }
    var words = CommandWords("import")
    words.flag("message", request.parameter("message"))
    words.flags("change", request.parameters("changes"))
    words.flag("platform", request.platform)
    if source == "-" { words.rest(["-"]) } else { try words.operand(source) }
    if let image = request.imageName("repo") { try words.operand(image) }
    var command = DockerCommand(words.words)
    command.input = request.call.upload
    return .stream(command, ProgressShape.import)
  }

  private func load(_ request: CommandRequest) -> DockerStep {
    var words = CommandWords("load")
    words.flag("quiet", request.isOn("quiet"))
    words.flag("platform", request.platform)
    var command = DockerCommand(words.words)
    command.input = request.call.upload
    return .stream(command, ProgressShape.load)
  }

  private func save(_ names: [String], _ request: CommandRequest) throws -> DockerStep {
    var words = CommandWords("save")
    words.flag("platform", request.platform)
    try words.operands(names)
    return .stream(DockerCommand(words.words), BytesShape())
  }

  private func removeImage(_ request: CommandRequest) throws -> DockerStep {
    var words = CommandWords("rmi")
    words.flag("force", request.isOn("force"))
    words.flag("no-prune", request.isOn("noprune"))
    for text in request.parameters("platforms") {
      let fields = try? JSONValue(parsing: text)
      let parts = ["os", "architecture", "variant"].compactMap { fields?[$0]?.string }
      words.flag("platform", parts.joined(separator: "/"))
    }
    try words.operand(request.tail.joined(separator: "/"))
    var command = DockerCommand(words.words)
    command.hasOutput = true
    return .json(command) { .array($0.lines.compactMap(Self.removal)) }
  }

  /// A line such as `Untagged: app:1` or `deleted: sha256:…`.
  static func removal(_ line: String) -> JSONValue? {
    guard let colon = line.firstRange(of: ": ") else { return nil }
    let value = String(line[colon.upperBound...])
    switch line[..<colon.lowerBound].lowercased() {
    case "untagged": return ["Untagged": .string(value)]
    case "deleted": return ["Deleted": .string(value)]
    default: return nil
    }
  }

  private func history(of name: String, _ request: CommandRequest) throws -> DockerStep {
    var words = CommandWords("history", "--no-trunc", "--human=false", "--format={{json .}}")
    words.flag("platform", request.platform)
    try words.operand(name)
    return .json(DockerCommand(words.words)) { output in
      .array(
        try output.jsonLines().map { line in
          let created = line["CreatedAt"]?.string.flatMap { DockerDate($0) }
          return [
            "Id": line["ID"] ?? "<missing>", "Created": .integer(created?.seconds ?? 0),
            "CreatedBy": line["CreatedBy"] ?? "", "Comment": line["Comment"] ?? "",
            "Size": .integer(line["Size"]?.string.flatMap { Int($0) } ?? 0), "Tags": nil,
          ]
        }
      )
    }
  }

  private func search(_ request: CommandRequest) throws -> DockerStep {
    var words = CommandWords("search", "--no-trunc", "--format={{json .}}")
    words.flag("limit", request.parameter("limit"))
    words.flags("filter", request.filters)
    try words.operand(request.parameter("term") ?? "")
    return .json(DockerCommand(words.words)) { output in
      .array(
        try output.jsonLines().map { line in
          [
            "name": line["Name"] ?? "", "description": line["Description"] ?? "",
            "star_count": .integer(line["StarCount"]?.string.flatMap { Int($0) } ?? 0),
            "is_official": .bool(["[OK]", "true"].contains(line["IsOfficial"]?.string)),
            "is_automated": .bool(["[OK]", "true"].contains(line["IsAutomated"]?.string)),
          ]
        }
      )
    }
  }
}
