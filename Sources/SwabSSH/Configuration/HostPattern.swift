/// A pattern of ssh_config's Host lines and of known_hosts: `*`, `?`, and `!` in front for "not".
struct HostPattern: Sendable, Hashable {
  let text: [UInt8]
  let isNegated: Bool

  init(_ pattern: some StringProtocol) {
    isNegated = pattern.hasPrefix("!")
    text = Array(pattern.utf8.dropFirst(isNegated ? 1 : 0))
  }

  /// Whether it names one host and nothing else.
  var isLiteral: Bool {
    !isNegated && !text.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") }
  }

  /// Whether the name has the pattern's form, whatever `!` says.
  func hasForm(of name: [UInt8]) -> Bool {
    var (position, index) = (0, 0)
    var (star, resume) = (-1, 0)
    while index < name.count {
      if position < text.count, text[position] == UInt8(ascii: "*") {
        (star, resume) = (position, index)
        position += 1
      } else if position < text.count,
        text[position] == UInt8(ascii: "?") || text[position] == name[index]
      {
        position += 1
        index += 1
      } else if star >= 0 {
        // Let the last star swallow one more byte; older stars never need to be tried again.
        resume += 1
        (position, index) = (star + 1, resume)
      } else {
        return false
      }
    }
    return text[position...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}

extension [HostPattern] {
  /// Whether a list matches: one pattern has to, and no negated one may.
  func match(_ name: String) -> Bool {
    let name = Array<UInt8>(name.utf8)
    var matched = false
    for pattern in self where pattern.hasForm(of: name) {
      guard !pattern.isNegated else { return false }
      matched = true
    }
    return matched
  }
}
