import NIOHTTP1
import Synchronization

/// A request in the parts that commands are made of.
struct CommandRequest: Sendable {
  let call: DockerCall
  /// The path's segments, decoded.
  let segments: [String]
  private let asked = AskedNames()

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
    asked.add(name)
    return call.query.last { $0.name == name }.flatMap { $0.value.isEmpty ? nil : $0.value }
  }

  /// All values of a parameter.
  func parameters(_ name: String) -> [String] {
    asked.add(name)
    return call.query.filter { $0.name == name }.map(\.value)
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

  /// A name of an image whose tag or digest is a parameter of its own.
  func imageName(_ repository: String) -> String? {
    parameter(repository).map { Self.imageName($0, tag: parameter("tag")) }
  }

  static func imageName(_ repository: String, tag: String?) -> String {
    guard let tag else { return repository }
    return repository + (tag.contains(":") ? "@" : ":") + tag
  }

  /// Refuses parameters that the docker command doesn't know.
  ///
  /// - Throws: A ``DockerError`` with code `notImplemented`.
  func refuse(_ names: String...) throws {
    for name in names where isOn(name) {
      throw DockerError.notForCommand("\(name)=\(parameter(name) ?? "")")
    }
  }

  /// Leaves out parameters that say nothing to the docker command.
  func ignore(_ names: String...) {
    for name in names { asked.add(name) }
  }

  /// Checks that all of the query was asked for: what nobody has asked for can't be said to the docker
  /// command, and must not get lost.
  ///
  /// - Throws: A ``DockerError`` with code `notImplemented` that names what is left.
  func finish() throws {
    for (name, value) in call.query
    where !asked.contains(name) && !["", "0", "false"].contains(value) {
      throw DockerError.notForCommand(name)
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

/// The names of the parameters that somebody has asked for.
private final class AskedNames: Sendable {
  private let names = Mutex<Set<String>>([])

  func add(_ name: String) {
    names.withLock { _ = $0.insert(name) }
  }

  func contains(_ name: String) -> Bool {
    names.withLock { $0.contains(name) }
  }
}
