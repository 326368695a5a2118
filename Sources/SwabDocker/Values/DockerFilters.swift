/// Conditions that a listing's entries must meet: `["status": "running", "label": ["a=b", "c"]]`.
public struct DockerFilters: Sendable, Hashable {
  /// What an entry is compared with; several values are alternatives or conditions, as the filter
  /// defines it.
  public struct Values: Sendable, Hashable {
    /// The values as the engine reads them.
    public var texts: [String]

    /// These values.
    public init(_ texts: [String]) {
      self.texts = texts
    }
  }

  /// The values by the name of the filter.
  public var values: [String: Values]

  /// These filters.
  public init(_ values: [String: Values] = [:]) {
    self.values = values
  }

  /// Whether there are no conditions.
  public var isEmpty: Bool {
    values.isEmpty
  }

  /// The values of a filter.
  public subscript(name: String) -> Values? {
    get { values[name] }
    set { values[name] = newValue }
  }

  /// In the order of names, so that a request reads the same each time.
  var encoded: String {
    var object = JSONObject()
    for (name, values) in values.sorted(by: { $0.key < $1.key }) {
      object.append(.array(values.texts.map { .string($0) }), for: name)
    }
    return JSONValue.object(object).description
  }
}

extension DockerFilters: ExpressibleByDictionaryLiteral {
  /// Filters by their names; a name that stands twice gets the values of both.
  public init(dictionaryLiteral elements: (String, Values)...) {
    values = Dictionary(elements) { Values($0.texts + $1.texts) }
  }
}

extension DockerFilters.Values: ExpressibleByStringLiteral, ExpressibleByStringInterpolation,
  ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral
{
  /// One text.
  public init(stringLiteral value: String) {
    self.init([value])
  }

  /// One truth value.
  public init(booleanLiteral value: Bool) {
    self.init([value ? "true" : "false"])
  }

  /// One number.
  public init(integerLiteral value: Int) {
    self.init([String(value)])
  }

  /// Several values.
  public init(arrayLiteral elements: Self...) {
    self.init(elements.flatMap(\.texts))
  }
}
