import NIOCore
import NIOHTTP1

/// A request to the engine, before it has a host and an API version.
struct DockerCall: Sendable {
  /// An argument that only engines from that API version on understand.
  struct Gate: Sendable {
    var argument: String
    var version: APIVersion
  }

  var method: HTTPMethod
  /// Encoded, without base path, version and query.
  var path: String
  var query: [(name: String, value: String)] = []
  var body: JSONValue?
  /// How much longer than usual the engine may take, since it was asked to wait; nil if it may wait
  /// without end.
  var grace: Duration? = .zero
  /// Whether status 304, "it is so already", is an answer.
  var mayChangeNothing = false
  var gates: [Gate] = []

  init(_ method: HTTPMethod, _ path: String) {
    self.method = method
    self.path = path
  }

  /// Adds a parameter, unless there is nothing to say.
  mutating func add(_ name: String, _ value: String?) {
    if let value { query.append((name, value)) }
  }

  mutating func add(_ name: String, _ value: Int?) {
    add(name, value.map(String.init))
  }

  /// Adds a switch if it is on; off is what the engine assumes.
  mutating func add(_ name: String, _ isOn: Bool) {
    if isOn { add(name, "1") }
  }

  mutating func add(_ filters: DockerFilters) {
    if !filters.isEmpty { add("filters", filters.encoded) }
  }

  mutating func requires(_ major: Int, _ minor: Int, for argument: String) {
    gates.append(Gate(argument: argument, version: APIVersion(major, minor)))
  }

  /// Refuses what the negotiated version would ignore or misread.
  func checkGates(_ version: APIVersion) throws {
    for gate in gates where version < gate.version {
      throw DockerError.requires(gate, engine: version)
    }
  }
}

extension DockerCall {
  /// A path below `/containers`.
  ///
  /// - Throws: A ``DockerError`` with code `invalidArgument` for a name that would make the path mean
  ///   something else: `DELETE /containers/?force=1` must not be sent.
  static func container(_ name: String, _ action: String, _ method: HTTPMethod) throws -> DockerCall
  {
    // Listings write names with a slash in front, which the engine redirects in paths.
    let name = name.first == "/" ? String(name.dropFirst()) : name
    guard !name.isEmpty, name != ".", name != ".." else {
      throw DockerError.invalidArgument("'\(name)' is no name of a container")
    }
    return DockerCall(method, "/containers/" + PathEncoding.segment(name) + action)
  }

  /// A path below `/images`.
  static func image(_ name: String, _ action: String, _ method: HTTPMethod) throws -> DockerCall {
    let segments = name.split(separator: "/", omittingEmptySubsequences: false)
    guard segments.allSatisfy({ !["", ".", ".."].contains($0) }) else {
      throw DockerError.invalidArgument("'\(name)' is no name of an image")
    }
    return DockerCall(method, "/images/" + PathEncoding.imageName(name) + action)
  }
}
