import NIOHTTP1

// The engine itself.

extension CommandTranslator {
  func system(_ request: CommandRequest) throws -> DockerStep {
    switch (request.method, request.segments) {
    case (.GET, ["_ping"]), (.HEAD, ["_ping"]):
      return .command(Self.version) { try CommandVersions($0).ping }
    case (.GET, ["version"]):
      return .command(Self.version) { .reply(.json(try CommandVersions($0).server)) }
    case (.GET, ["info"]): return info()
    case (.GET, ["events"]):
      var words = CommandWords("events", "--format={{json .}}")
      words.flag("since", request.parameter("since"))
      words.flag("until", request.parameter("until"))
      words.flags("filter", request.filters)
      return .stream(DockerCommand(words.words), BytesShape.atOnce)
    case (.GET, ["system", "df"]): return diskUsage(request)
    case (.POST, ["auth"]): return try logIn(request)
    default: throw request.isNotPossible
    }
  }

  /// The command that tells the versions of both sides, and with that whether there is a way.
  static let version = DockerCommand(["version", "--format={{json .}}"])

  private func info() -> DockerStep {
    .command(DockerCommand(["info", "--format={{json .}}"])) { output in
      guard case .object(var fields) = try output.json() else {
        throw DockerError.unexpectedReply("docker info gave no object")
      }
      // The program tells of itself as well, and of the engine's refusal as if it were a success.
      if let message = fields["ServerErrors"]?[0]?.string {
        throw CommandFailure(message, CommandEnd(exitStatus: 1)).error
      }
      fields["ClientInfo"] = nil
      return .reply(.json(.object(fields)))
    }
  }

  /// Logs in, and lets nothing of it stay on the host: who needs the login later gives it again.
  private func logIn(_ request: CommandRequest) throws -> DockerStep {
    var fields = request.fields
    // Nobody asks for a mail address any more.
    fields.ignore("email")
    let password = fields.text("password") ?? ""
    var words = CommandWords("login")
    words.flag("username", fields.text("username"))
    words.flag("password-stdin", true)
    if let server = fields.text("serveraddress"), !server.isEmpty { try words.operand(server) }
    try fields.finish()
    var command = DockerCommand(words.words)
    command.input = DockerUpload(Array(password.utf8))
    command.logins = [:]
    return .command(command) { output in
      // A success is this line, whatever the exit status says.
      guard output.lines.contains("Login Succeeded") else {
        return .reply(.refusal(.unauthorized, "docker login doesn't say that it succeeded"))
      }
      return .reply(.json(["Status": "Login Succeeded", "IdentityToken": ""]))
    }
  }

  private func diskUsage(_ request: CommandRequest) -> DockerStep {
    let kinds = request.parameters("type")
    // It is so in any case.
    request.ignore("verbose")
    return .json(DockerCommand(["system", "df", "--verbose", "--format={{json .}}"])) { output in
      let value = try output.json()
      var answer = JSONObject()
      func add(_ kind: String, _ key: String, _ convert: (JSONValue) -> JSONValue) {
        guard kinds.isEmpty || kinds.contains(kind) else { return }
        answer[key] = .array((value[key]?.array ?? []).map(convert))
      }
      add("image", "Images", Self.usage(ofImage:))
      add("container", "Containers", Self.usage(ofContainer:))
      add("volume", "Volumes", Self.usage(ofVolume:))
      add("build-cache", "BuildCache", Self.usage(ofCache:))
      if answer["Images"] != nil {
        // Shared layers count once.
        let images = value["Images"]?.array ?? []
        let shared = images.map { size($0, "SharedSize") }.max() ?? 0
        answer["LayersSize"] = .integer(images.reduce(shared) { $0 + size($1, "UniqueSize") })
      }
      return .object(answer)
    }
  }
}

/// What `docker version` tells of both sides.
struct CommandVersions: Sendable {
  /// What the engine tells of itself.
  let server: JSONValue
  /// The API version that the two speak with each other.
  let apiVersion: APIVersion

  /// Reads what it has printed.
  ///
  /// - Throws: A ``DockerError`` for an engine that isn't there or is too old.
  init(_ output: CommandOutput) throws {
    let value = try output.json()
    guard let server = value["Server"], server.object != nil,
      let engine = server["ApiVersion"]?.string.flatMap({ APIVersion($0) })
    else { throw DockerError.unexpectedReply("docker version tells of no engine") }
    // The program may be older than the engine.
    let program = value["Client"]?["ApiVersion"]?.string.flatMap { APIVersion($0) } ?? engine
    guard engine >= .oldest else { throw DockerError.engineTooOld(engine) }
    self.server = server
    apiVersion = min(engine, program, .newest)
  }

  /// The answer to a ping.
  var ping: DockerStep {
    let headers: HTTPHeaders = [
      "Api-Version": server["ApiVersion"]?.string ?? "", "Ostype": server["Os"]?.string ?? "",
    ]
    return .reply(HTTPReply(status: .ok, headers, body: .init(string: "OK")))
  }
}

private func size(_ value: JSONValue, _ key: String) -> Int {
  HumanSize.bytes(value[key]?.string ?? "")
}

// The sizes are as exact as the docker command prints them.
extension CommandTranslator {
  private static func usage(ofImage image: JSONValue) -> JSONValue {
    let names = ["Repository", "Tag"].map { image[$0]?.string ?? "" }
    let count = image["Containers"]?.string.flatMap { Int($0) }
    return [
      "Id": image["ID"] ?? "",
      "RepoTags": names.contains("<none>") ? [] : [.string(names.joined(separator: ":"))],
      "Size": .integer(size(image, "SharedSize") + size(image, "UniqueSize")),
      "SharedSize": .integer(size(image, "SharedSize")), "Containers": .integer(count ?? -1),
    ]
  }

  private static func usage(ofContainer container: JSONValue) -> JSONValue {
    [
      "Id": container["ID"] ?? "", "Image": container["Image"] ?? "",
      "Names": .texts(
        (container["Names"]?.string ?? "").split(separator: ",").map { "/\($0)" }
      ),
      "State": container["State"] ?? "", "Status": container["Status"] ?? "",
      "SizeRw": .integer(size(container, "Size")),
    ]
  }

  private static func usage(ofVolume volume: JSONValue) -> JSONValue {
    let count = volume["Links"]?.string.flatMap { Int($0) }
    return [
      "Name": volume["Name"] ?? "", "Driver": volume["Driver"] ?? "",
      "Mountpoint": volume["Mountpoint"] ?? "", "Scope": volume["Scope"] ?? "",
      "UsageData": [
        "Size": .integer(size(volume, "Size")), "RefCount": .integer(count ?? -1),
      ],
    ]
  }

  private static func usage(ofCache cache: JSONValue) -> JSONValue {
    [
      "ID": cache["ID"] ?? "", "Type": cache["CacheType"] ?? "",
      "Description": cache["Description"] ?? "", "InUse": .bool(cache["InUse"] == "true"),
      "Shared": .bool(cache["Shared"] == "true"), "Size": .integer(size(cache, "Size")),
      "UsageCount": .integer(cache["UsageCount"]?.string.flatMap { Int($0) } ?? 0),
    ]
  }
}
