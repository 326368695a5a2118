/// A regular expression of Go, of those that patterns of a `.dockerignore` can come to.
///
/// All its places in the path are followed at once, so no pattern takes long.
struct IgnoreExpression: Sendable {
  enum Item: Sendable {
    /// One character.
    case one(ScalarSet)
    /// Any number of them.
    case many(ScalarSet)
    /// `(.*/)?`: any number of folders.
    case folders
    case assertion(Assertion)
  }

  enum Assertion: Sendable {
    case start, end, wordBoundary, noWordBoundary
  }

  private let items: [Item]

  /// Reads the expression.
  ///
  /// - Parameters:
  ///   - text: The expression; it is meant for whole paths.
  ///   - pattern: What errors call it.
  /// - Throws: A ``DockerError`` with code `invalidArgument` if Go would refuse it.
  init(parsing text: [Unicode.Scalar], of pattern: [Unicode.Scalar]) throws {
    var parser = IgnoreExpressionParser(text)
    guard let items = parser.items() else { throw DockerError.noPattern(pattern) }
    self.items = items
  }

  /// Whether it matches all of a path.
  func matches(_ path: [Unicode.Scalar]) -> Bool {
    var places = Places(count: items.count)
    var next = places
    places.before[0] = true
    for index in path.indices {
      reach(&places, path, index)
      step(places, path[index], to: &next)
      swap(&places, &next)
      guard places.isAnywhere else { return false }
    }
    reach(&places, path, path.count)
    return places.before[items.count]
  }

  /// Where in the expression a path can have led.
  private struct Places {
    /// Before the item of that number.
    var before: [Bool]
    /// Within the folders that the item of that number stands for.
    var within: [Bool]

    init(count: Int) {
      before = Array(repeating: false, count: count + 1)
      within = before
    }

    var isAnywhere: Bool {
      before.contains(true) || within.contains(true)
    }

    mutating func clear() {
      for index in before.indices { (before[index], within[index]) = (false, false) }
    }
  }

  /// Goes on to where no character is needed.
  private func reach(_ places: inout Places, _ path: [Unicode.Scalar], _ index: Int) {
    for (number, item) in items.enumerated() where places.before[number] {
      switch item {
      case .one: break
      case .many: places.before[number + 1] = true
      case .folders:
        places.before[number + 1] = true
        places.within[number] = true
      case .assertion(let assertion):
        if holds(assertion, path, index) { places.before[number + 1] = true }
      }
    }
  }

  private func step(_ places: Places, _ scalar: Unicode.Scalar, to next: inout Places) {
    next.clear()
    for (number, item) in items.enumerated() {
      switch item {
      case .one(let set) where places.before[number] && set.contains(scalar):
        next.before[number + 1] = true
      case .many(let set) where places.before[number] && set.contains(scalar):
        next.before[number] = true
      case .folders where places.within[number]:
        if scalar != "\n" { next.within[number] = true }
        if scalar == "/" { next.before[number + 1] = true }
      default: break
      }
    }
  }

  private func holds(_ assertion: Assertion, _ path: [Unicode.Scalar], _ index: Int) -> Bool {
    let isWord = { (index: Int) in
      path.indices.contains(index) && ScalarSet.word.contains(path[index])
    }
    switch assertion {
    case .start: return index == 0
    case .end: return index == path.count
    case .wordBoundary: return isWord(index - 1) != isWord(index)
    case .noWordBoundary: return isWord(index - 1) == isWord(index)
    }
  }
}

/// Some characters.
struct ScalarSet: Sendable {
  var ranges: [ClosedRange<UInt32>]
  var isNegated = false

  func contains(_ scalar: Unicode.Scalar) -> Bool {
    ranges.contains { $0.contains(scalar.value) } != isNegated
  }

  /// Their complement.
  var inverted: ScalarSet {
    ScalarSet(ranges: ranges, isNegated: !isNegated)
  }

  static func one(_ scalar: Unicode.Scalar) -> ScalarSet {
    ScalarSet(ranges: [scalar.value...scalar.value])
  }

  /// These ranges, each of two characters.
  private static func ranges(_ text: String) -> ScalarSet {
    let values = text.unicodeScalars.map(\.value)
    return ScalarSet(
      ranges: stride(from: 0, to: values.count, by: 2).map { values[$0]...values[$0 + 1] }
    )
  }

  static let notNewline = one("\n").inverted
  static let digit = ranges("09")
  static let space = ranges("\t\n\u{C}\r  ")
  static let word = ranges("09AZaz__")

  /// The sets that stand in a class as `[:name:]`.
  static let named: [String: ScalarSet] = [
    "alnum": ranges("09AZaz"), "alpha": ranges("AZaz"), "ascii": ranges("\0\u{7F}"),
    "blank": ranges("\t\t  "), "cntrl": ranges("\0\u{1F}\u{7F}\u{7F}"), "digit": digit,
    "graph": ranges("!~"), "lower": ranges("az"), "print": ranges(" ~"),
    "punct": ranges("!/:@[`{~"), "space": ranges("\t\r  "), "upper": ranges("AZ"), "word": word,
    "xdigit": ranges("09AFaf"),
  ]
}
