extension StringProtocol {
  /// The text without white space at its ends, or without what else is told.
  func trimmed(_ isEdge: (Character) -> Bool = \.isWhitespace) -> String {
    guard let first = firstIndex(where: { !isEdge($0) }),
      let last = lastIndex(where: { !isEdge($0) })
    else { return "" }
    return String(self[first...last])
  }
}
