/// A field of a request's body that only engines of some API versions know.
///
/// The bodies are checked as they will be sent, so that a field set by its own name is refused just
/// as one that has a property here.
struct BodyGate: Sendable {
  /// Where it stands, such as `HostConfig.Mounts[].Type`.
  ///
  /// `[]` is each element of a list, and `*` each member of an object.
  let field: String
  /// The value that is meant, where others of the field are older.
  let value: JSONValue?
  let version: APIVersion
  /// Whether it is gone from that version on, and not new in it.
  let isEnd: Bool

  init(_ field: String, _ major: Int, _ minor: Int, value: JSONValue? = nil, isEnd: Bool = false) {
    self.field = field
    self.value = value
    self.isEnd = isEnd
    version = APIVersion(major, minor)
  }

  /// What errors call it.
  var argument: String {
    value.map { "\(field) \($0)" } ?? field
  }

  func isUsed(in body: JSONValue) -> Bool {
    isUsed(in: body, at: field.split(separator: ".")[...])
  }

  private func isUsed(in body: JSONValue, at path: ArraySlice<Substring>) -> Bool {
    guard let step = path.first else { return value.map { $0 == body } ?? !body.isNull }
    let rest = path.dropFirst()
    if step == "*" {
      return body.object?.dictionary.values.contains { isUsed(in: $0, at: rest) } ?? false
    }
    if step.hasSuffix("[]") {
      let elements = body[String(step.dropLast(2))]?.array ?? []
      return elements.contains { isUsed(in: $0, at: rest) }
    }
    return body[String(step)].map { isUsed(in: $0, at: rest) } ?? false
  }
}

extension DockerCall {
  /// Sets the body, and what its fields need of the engine.
  mutating func setBody(_ body: JSONObject, gates: [BodyGate] = []) {
    let body = JSONValue.object(body)
    self.body = body
    for gate in gates where gate.isUsed(in: body) {
      self.gates.append(Gate(argument: gate.argument, version: gate.version, isEnd: gate.isEnd))
    }
  }
}
