extension StringProtocol {
  /// Without white space at both ends.
  func trimmingWhitespace() -> String {
    let start = self.drop(while: \.isWhitespace)
    return String(start.reversed().drop(while: \.isWhitespace).reversed())
  }
}
