import NIOCore
import NIOHTTP1

/// A request to the engine, before it has a host and an API version.
struct DockerCall: Sendable {
  /// An argument that only engines from that API version on understand, or only those before it.
  struct Gate: Sendable {
    var argument: String
    var version: APIVersion
    var isEnd = false

    func admits(_ engine: APIVersion) -> Bool {
      isEnd ? engine < version : engine >= version
    }
  }

  var method: HTTPMethod
  /// Encoded, without base path, version and query.
  var path: String
  var query: [(name: String, value: String)] = []
  /// Headers beside those that every request has.
  var headers: [(name: String, value: String)] = []
  var body: JSONValue?
  /// The body of calls that send something else than JSON.
  var upload: DockerUpload?
  /// Whether the connection is taken over by what the call starts.
  var isHijack = false
  /// What such a connection speaks then: mostly whatever the two sides send.
  var upgrade = "tcp"
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

  /// Adds a parameter once for each value.
  mutating func add(_ name: String, each values: [String]) {
    for value in values { query.append((name, value)) }
  }

  mutating func add(_ filters: DockerFilters) {
    if !filters.isEmpty { add("filters", filters.encoded) }
  }

  mutating func requires(_ major: Int, _ minor: Int, for argument: String) {
    gates.append(Gate(argument: argument, version: APIVersion(major, minor)))
  }

  /// Refuses what the negotiated version would ignore or misread.
  func checkGates(_ version: APIVersion) throws {
    for gate in gates where !gate.admits(version) {
      throw DockerError.requires(gate, engine: version)
    }
  }
}
