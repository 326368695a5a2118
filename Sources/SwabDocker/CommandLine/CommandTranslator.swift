import NIOHTTP1

/// Says which docker commands do what a request asks for, and how their output becomes the answer
/// that an engine would give.
///
/// It does nothing itself: all it knows is the request, the API version that is spoken, and the
/// commands in containers that were prepared before.
struct CommandTranslator: Sendable {
  /// The API version that the docker program and the engine speak with each other.
  let version: APIVersion
  /// Commands in containers: the docker program has no way to prepare one and start it later.
  let execs: CommandExecs

  /// The first step for a request.
  ///
  /// - Throws: A ``DockerError``: `notImplemented` for what the docker command can't do,
  ///   `invalidArgument` for what it would take for something else.
  func step(for call: DockerCall) throws -> DockerStep {
    let segments = try call.path.split(separator: "/").map { segment in
      guard let text = PathEncoding.decoded(segment) else {
        throw DockerError.invalidArgument("the path \(call.path) can't be read")
      }
      return text
    }
    let request = CommandRequest(call, segments)
    switch segments.first {
    case "containers": return try containers(request)
    case "exec": return try exec(request)
    case "images": return try images(request)
    case "networks": return try networks(request)
    case "volumes": return try volumes(request)
    case "build": return try build(request)
    case "commit" where call.method == .POST: return try commit(request)
    default: return try system(request)
    }
  }
}

/// A request in the parts that commands are made of.
struct CommandRequest: Sendable {
  let call: DockerCall
  /// The path's segments, decoded.
  let segments: [String]

  init(_ call: DockerCall, _ segments: [String]) {
    self.call = call
    self.segments = segments
  }

  var method: HTTPMethod { call.method }

  /// The path from its second segment on.
  var tail: [String] { Array(segments.dropFirst()) }

  /// The fields of the body.
  var fields: RequestFields { RequestFields(call.body) }

  /// A parameter of the query, unless it is empty.
  func parameter(_ name: String) -> String? {
    call.query.last { $0.name == name }.flatMap { $0.value.isEmpty ? nil : $0.value }
  }

  /// All values of a parameter.
  func parameters(_ name: String) -> [String] {
    call.query.filter { $0.name == name }.map(\.value)
  }

  /// Whether a parameter is on, as the engine reads it.
  func isOn(_ name: String) -> Bool {
    guard let value = parameter(name)?.lowercased() else { return false }
    return !["0", "false", "no", "none"].contains(value)
  }

  /// The value of a parameter in which there is JSON.
  func json(_ name: String) -> JSONValue? {
    parameter(name).flatMap { try? JSONValue(parsing: $0) }
  }

  /// The conditions of a listing, as `--filter` takes them.
  var filters: [(name: String, value: String)] {
    let object = json("filters")?.object ?? JSONObject()
    return object.keys.flatMap { name in
      // Engines of old had the values as the names of an object.
      let values = object[name]?.array?.compactMap(\.string) ?? object[name]?.object?.keys ?? []
      return values.map { (name, $0) }
    }
  }

  /// A platform, given as text or as an object, as `--platform` takes it.
  var platform: String? {
    guard let text = parameter("platform") else { return nil }
    guard let fields = try? JSONValue(parsing: text), fields.object != nil else { return text }
    let parts = ["os", "architecture", "variant"].compactMap { fields[$0]?.string }
    return parts.filter { !$0.isEmpty }.joined(separator: "/")
  }

  /// Refuses parameters that the docker command doesn't know.
  ///
  /// - Throws: A ``DockerError`` with code `notImplemented`.
  func refuse(_ names: String...) throws {
    for name in names where isOn(name) {
      throw DockerError.notForCommand("\(name)=\(parameter(name) ?? "")")
    }
  }

  /// The error for what has no command.
  var isNotPossible: DockerError {
    .notByCommand("\(method.rawValue) \(call.path)")
  }

  /// The logins in a request's header, as the docker program keeps them; nil if there are none.
  var logins: JSONValue? {
    func header(_ name: String) -> JSONValue? {
      let text = call.headers.last { $0.name.lowercased() == name }?.value
      return text.flatMap { Base64.decode($0, .url) }.flatMap { try? JSONValue(parsing: $0) }
    }
    var logins = JSONObject()
    if let login = header("x-registry-auth"), let entry = Self.login(login) {
      logins[login["serveraddress"]?.string ?? "https://index.docker.io/v1/"] = entry
    }
    if let all = header("x-registry-config")?.object {
      for name in all.keys { logins[name] = all[name].flatMap(Self.login) }
    }
    return logins.isEmpty ? nil : ["auths": .object(logins)]
  }

  private static func login(_ fields: JSONValue) -> JSONValue? {
    func text(_ key: String) -> String? {
      fields[key]?.string.flatMap { $0.isEmpty ? nil : $0 }
    }
    var entry = JSONObject()
    if let user = text("username"), let password = text("password") {
      entry.set("auth", Base64.encode(Array("\(user):\(password)".utf8)))
    }
    if let token = text("identitytoken") {
      entry.set("auth", Base64.encode(Array("\(text("username") ?? "<token>"):".utf8)))
      entry.set("identitytoken", token)
    }
    entry.set("registrytoken", text("registrytoken"))
    return entry.isEmpty ? nil : .object(entry)
  }
}
