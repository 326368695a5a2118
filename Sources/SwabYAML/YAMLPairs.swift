/// The pairs of one mapping while it is read.
struct YAMLPairs {
  private var pairs: [YAMLPair] = []
  private var places: [String: YAMLLocation] = [:]
  private var bases: [YAMLNode] = []
  private var mergeIndex = 0
  private var mergePlace: YAMLLocation?

  /// Adds a pair, or remembers what `<<` names.
  mutating func add(_ key: YAMLNode, _ value: YAMLNode) throws(YAMLError) {
    guard let scalar = key.scalar else {
      throw key.error("a key must be plain text, not \(key.summary)")
    }
    guard scalar.text != "<<" || scalar.style != .plain else {
      return try merge(value, at: key.location)
    }
    if let first = places[scalar.text] {
      throw Self.duplicate(scalar.text, first: first, second: key.location)
    }
    places[scalar.text] = key.location
    pairs.append(YAMLPair(key: scalar.text, at: key.location, value: value))
  }

  private static func duplicate(
    _ key: String,
    first: YAMLLocation,
    second: YAMLLocation
  ) -> YAMLError {
    YAMLError(
      "'\(key)' on line \(second.line) is already there on line \(first.line)",
      at: second,
      hint: "keep one of the two"
    )
  }

  private mutating func merge(_ value: YAMLNode, at location: YAMLLocation) throws(YAMLError) {
    if let mergePlace {
      throw Self.duplicate("<<", first: mergePlace, second: location)
    }
    mergePlace = location
    mergeIndex = pairs.count
    bases = value.sequence ?? [value]
    for base in bases where base.mapping == nil {
      throw YAMLError(
        "<< takes a mapping or a list of mappings, not \(base.summary)",
        at: location
      )
    }
  }

  /// The mapping's own pairs, and in the place of `<<` those of its bases that it doesn't have.
  ///
  /// Own keys win over bases, and earlier bases over later ones, as YAML's merge keys are defined.
  var merged: [YAMLPair] {
    guard !bases.isEmpty else { return pairs }
    var seen = Set(pairs.map(\.key))
    let inherited = bases.flatMap { $0.mapping ?? [] }.filter { seen.insert($0.key).inserted }
    return Array(pairs[..<mergeIndex]) + inherited + Array(pairs[mergeIndex...])
  }
}
