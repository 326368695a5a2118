/// The members of a JSON object, in the order they were written.
///
/// The engine's objects are small, so a member is found by walking the list: that is cheaper than
/// hashing every key of every answer, most of which nobody asks for. Should a key stand twice, the
/// last one counts, as in the engine's own decoder.
public struct JSONObject: Sendable {
  private var members: [Member]

  private struct Member: Sendable {
    var key: String
    var value: JSONValue
  }

  /// An object without members.
  public init() {
    members = []
  }

  /// The number of members.
  public var count: Int {
    members.count
  }

  /// Whether there are no members.
  public var isEmpty: Bool {
    members.isEmpty
  }

  /// The names of the members, in their order.
  public var keys: [String] {
    members.map(\.key)
  }

  /// The member of that name; setting nothing removes it.
  public subscript(key: String) -> JSONValue? {
    get {
      members.last { $0.key == key }?.value
    }
    set {
      guard let newValue else { return members.removeAll { $0.key == key } }
      if let index = members.lastIndex(where: { $0.key == key }) {
        members[index].value = newValue
      } else {
        append(newValue, for: key)
      }
    }
  }

  /// The members by name.
  public var dictionary: [String: JSONValue] {
    Dictionary(members.map { ($0.key, $0.value) }) { _, last in last }
  }

  mutating func append(_ value: JSONValue, for key: String) {
    members.append(Member(key: key, value: value))
  }

  /// Calls the closure with each member in order.
  func forEach(_ body: (String, JSONValue) -> Void) {
    for member in members { body(member.key, member.value) }
  }
}

extension JSONObject: Equatable {
  /// Whether both have the same members, in whatever order.
  public static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.dictionary == right.dictionary
  }
}
