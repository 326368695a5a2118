import NIOHTTP1

extension CommandTranslator {
  /// A path in a container: looked at, fetched, or written to.
  func archive(of name: String, _ request: CommandRequest) throws -> DockerStep {
    let path = request.parameter("path") ?? ""
    var words = CommandWords("cp")
    switch request.method {
    case .GET, .HEAD:
      try words.operand("\(name):\(path)")
      words.rest(["-"])
      let shape = ArchiveShape(path: path, isStatOnly: request.method == .HEAD)
      return .stream(DockerCommand(words.words), shape)
    case .PUT:
      words.flag("archive", request.isOn("copyUIDGID"))
      words.rest(["-"])
      try words.operand("\(name):\(path)")
      var command = DockerCommand(words.words)
      command.input = request.call.upload
      return .done(command)
    default: throw request.isNotPossible
    }
  }

  func commit(_ request: CommandRequest) throws -> DockerStep {
    try request.fields.finish()
    var words = CommandWords("commit")
    words.flag("author", request.parameter("author"))
    words.flag("message", request.parameter("comment"))
    words.flags("change", request.parameters("changes"))
    if request.parameter("pause") != nil, !request.isOn("pause") { words.flag("pause", "false") }
    try words.operand(request.parameter("container") ?? "")
    if let image = request.imageName("repo") { try words.operand(image) }
    return .json(DockerCommand(words.words)) { ["Id": .string($0.lastLine)] }
  }
}
