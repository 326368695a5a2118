/// Reads the regular expressions that patterns of a `.dockerignore` come to, as Go does.
struct IgnoreExpressionParser {
  private var rest: ArraySlice<Unicode.Scalar>

  init(_ text: [Unicode.Scalar]) {
    rest = text[...]
  }

  /// The items of the expression; nothing if it is none.
  mutating func items() -> [IgnoreExpression.Item]? {
    var items: [IgnoreExpression.Item] = []
    while let scalar = rest.popFirst() {
      switch scalar {
      case "^": items.append(.assertion(.start))
      case "(":
        // The only group there is: (.*/)?
        guard skip(".*/)?") else { return nil }
        items.append(.folders)
      case ".": items.append(repeated(.notNewline))
      case "[":
        guard let set = set() else { return nil }
        items.append(repeated(set))
      case "\\":
        guard let item = escape() else { return nil }
        items.append(item)
      default: items.append(.one(.one(scalar)))
      }
    }
    return items
  }

  private mutating func skip(_ text: String) -> Bool {
    let scalars = text.unicodeScalars
    guard rest.starts(with: scalars) else { return false }
    rest = rest.dropFirst(scalars.count)
    return true
  }

  private mutating func repeated(_ set: ScalarSet) -> IgnoreExpression.Item {
    skip("*") ? .many(set) : .one(set)
  }

  /// What follows a backslash.
  ///
  /// Rare forms, such as `\pL`, are taken for errors.
  private mutating func escape() -> IgnoreExpression.Item? {
    guard let scalar = rest.first else { return nil }
    let assertions: [Unicode.Scalar: IgnoreExpression.Assertion] = [
      "A": .start, "z": .end, "b": .wordBoundary, "B": .noWordBoundary,
    ]
    if let assertion = assertions[scalar] {
      rest.removeFirst()
      return .assertion(assertion)
    }
    if let set = setOfLetter(scalar) {
      rest.removeFirst()
      return .one(set)
    }
    return literal().map { .one(.one($0)) }
  }

  private func setOfLetter(_ scalar: Unicode.Scalar) -> ScalarSet? {
    switch scalar {
    case "d": .digit
    case "D": .digit.inverted
    case "s": .space
    case "S": .space.inverted
    case "w": .word
    case "W": .word.inverted
    default: nil
    }
  }

  /// A character that follows a backslash.
  private mutating func literal() -> Unicode.Scalar? {
    guard let scalar = rest.popFirst() else { return nil }
    let controls: [Unicode.Scalar: Unicode.Scalar] = [
      "a": "\u{7}", "f": "\u{C}", "n": "\n", "r": "\r", "t": "\t", "v": "\u{B}",
    ]
    if let control = controls[scalar] { return control }
    let isPlain = scalar.isASCII && (!ScalarSet.word.contains(scalar) || scalar == "_")
    return isPlain ? scalar : nil
  }
}

// MARK: - Classes

extension IgnoreExpressionParser {
  /// A class, of which the bracket was read.
  private mutating func set() -> ScalarSet? {
    let isNegated = skip("^")
    var ranges: [ClosedRange<UInt32>] = []
    var isFirst = true
    while isFirst || rest.first != "]" {
      guard let member = member() else { return nil }
      ranges += member
      isFirst = false
    }
    rest.removeFirst()
    return ScalarSet(ranges: ranges, isNegated: isNegated)
  }

  private mutating func member() -> [ClosedRange<UInt32>]? {
    if let named = namedSet() { return named }
    if rest.first == "\\", let letter = rest.dropFirst().first, let set = setOfLetter(letter) {
      rest.removeFirst(2)
      return flattened(set)
    }
    guard let low = single() else { return nil }
    guard rest.first == "-", let next = rest.dropFirst().first, next != "]" else {
      return [low.value...low.value]
    }
    rest.removeFirst()
    guard let high = single(), low.value <= high.value else { return nil }
    return [low.value...high.value]
  }

  private mutating func single() -> Unicode.Scalar? {
    guard let scalar = rest.popFirst() else { return nil }
    return scalar == "\\" ? literal() : scalar
  }

  /// `[:name:]`, or nothing if the bracket is meant for itself.
  private mutating func namedSet() -> [ClosedRange<UInt32>]? {
    guard rest.starts(with: ["[", ":"]) else { return nil }
    let name = rest.dropFirst(2).prefix { $0 != ":" }
    guard
      rest[name.endIndex...].starts(with: [":", "]"]),
      let set = ScalarSet.named[String(String.UnicodeScalarView(name))]
    else { return nil }
    rest = rest[name.endIndex...].dropFirst(2)
    return set.ranges
  }

  /// The ranges of a set, also if it is one's complement.
  private func flattened(_ set: ScalarSet) -> [ClosedRange<UInt32>] {
    guard set.isNegated else { return set.ranges }
    var ranges: [ClosedRange<UInt32>] = []
    var start: UInt32 = 0
    for range in set.ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if range.lowerBound > start { ranges.append(start...(range.lowerBound - 1)) }
      start = range.upperBound + 1
    }
    return ranges + [start...0x10FFFF]
  }
}
