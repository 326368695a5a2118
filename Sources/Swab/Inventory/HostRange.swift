import SwabYAML

/// Several names in one: `web[01-20]`, `db[1,3]`, `[1-9/4]`.
enum HostRange {
  /// How many names one term may stand for.
  static let limit = 100_000

  /// The names that a term stands for, in order; of a term without brackets, itself.
  ///
  /// Several brackets multiply, the last one counting fastest. `01-20` keeps its zeros, and `1-9/4`
  /// counts in steps of four. Brackets around an IPv6 address are no range.
  static func expand(_ term: String) throws(FabfileError) -> [String] {
    var names = [""]
    var rest = term[...]
    while let open = rest.firstIndex(of: "[") {
      guard let close = rest[open...].firstIndex(of: "]") else {
        throw malformed(term, "has no ] to its [")
      }
      let content = rest[open...close].dropFirst().dropLast()
      let parts =
        content.contains(":")
        ? [String(rest[...close])]
        : try parts(content, of: term).map { rest[..<open] + $0 }.map(String.init)
      names = try multiply(names, parts, term)
      rest = rest[close...].dropFirst()
    }
    guard !rest.contains("]") else { throw malformed(term, "has no [ to its ]") }
    return rest.isEmpty ? names : names.map { $0 + rest }
  }

  /// Whether a term stands for other names than itself.
  static func isRange(_ term: String) -> Bool {
    guard let open = term.firstIndex(of: "[") else { return term.contains("]") }
    let content = term[open...].dropFirst().prefix { $0 != "]" }
    return !content.contains(":") || isRange(String(term[content.endIndex...].dropFirst()))
  }

  /// The parts of a text between separators that stand outside of brackets, without blanks around
  /// them; empty ones are left out.
  static func split(_ text: String, at separator: Character = ",") -> [String] {
    var parts = [""]
    var depth = 0
    for character in text {
      if character == "[" { depth += 1 }
      if character == "]" { depth = max(0, depth - 1) }
      if character == separator, depth == 0 {
        parts.append("")
      } else {
        parts[parts.count - 1].append(character)
      }
    }
    return parts.map { $0.trimmed() }.filter { !$0.isEmpty }
  }
}

extension HostRange {
  private static func multiply(
    _ names: [String],
    _ parts: [String],
    _ term: String
  ) throws(FabfileError) -> [String] {
    guard names.count * parts.count <= limit else {
      throw malformed(term, "stands for more than \(limit) hosts")
    }
    return names.flatMap { name in parts.map { name + $0 } }
  }

  private static func parts(_ content: Substring, of term: String) throws(FabfileError) -> [String]
  {
    var parts: [String] = []
    for item in content.split(separator: ",", omittingEmptySubsequences: false) {
      parts += try count(item, of: term)
      guard parts.count <= limit else {
        throw malformed(term, "stands for more than \(limit) hosts")
      }
    }
    return parts
  }

  /// Counts through `3`, `1-9` or `1-9/4`.
  private static func count(_ item: Substring, of term: String) throws(FabfileError) -> [String] {
    let steps = item.split(separator: "/", omittingEmptySubsequences: false)
    let ends = steps[0].split(separator: "-", omittingEmptySubsequences: false)
    let step = steps.count > 1 ? number(steps[1]) : 1
    guard steps.count <= 2, ends.count <= 2, let first = number(ends[0]),
      let last = number(ends[ends.count - 1]), let step, ends.count == 2 || steps.count == 1
    else {
      throw malformed(term, "has a range that can't be read: [\(item)]")
    }
    guard first <= last else { throw malformed(term, "counts backwards: [\(item)]") }
    guard step > 0 else { throw malformed(term, "counts in steps of zero: [\(item)]") }
    let width = ends[0].hasPrefix("0") ? ends[0].count : 0
    // `1-03` could mean 1 or 01; whoever pads the end has to pad the start.
    guard !ends[ends.count - 1].hasPrefix("0") || last == 0 || width == ends[ends.count - 1].count
    else {
      throw malformed(term, "has ends of different width: [\(item)]")
    }
    guard (last - first) / step < limit else {
      throw malformed(term, "stands for more than \(limit) hosts")
    }
    return stride(from: first, through: last, by: step).map { padded($0, to: width) }
  }

  private static func number(_ text: Substring) -> Int? {
    YAMLNumber.isDigits(text) ? Int(text) : nil
  }

  private static func padded(_ number: Int, to width: Int) -> String {
    let digits = "\(number)"
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  private static func malformed(_ term: String, _ problem: String) -> FabfileError {
    FabfileError(
      "'\(term)' \(problem)",
      hint: "a range is written web[01-20], db[1,3] or [1-9/4]"
    )
  }
}
