import Synchronization

/// Replaces secrets in whatever is about to be shown.
///
/// Values are replaced as they are, in base64, percent-encoded and quoted for a shell, since
/// commands and URLs carry them so. Output is shown line by line, so each line of a value of
/// several lines is a secret, too.
final class SecretMask: Sendable {
  /// What stands in a secret's place.
  static let mask = "••••"

  private struct State {
    var known: Set<String> = []
    var forms = SecretForms()
  }

  private let state = Mutex(State())

  /// Remembers a secret; one of fewer than three bytes is not searched for, as it would blacken
  /// ordinary text, nor is such a line of it.
  func add(_ secret: String) {
    state.withLock { state in
      guard state.known.insert(secret).inserted else { return }
      var texts = [secret, secret.trimmed()]
      let lines = secret.split(whereSeparator: \.isNewline)
      if lines.count > 1 { texts += lines.map { $0.trimmed() } }
      for text in texts where text.utf8.count >= 3 {
        for form in SecretForms.forms(of: text) { state.forms.insert(form) }
      }
    }
  }

  /// `bytes` with every secret replaced.
  func masked(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let forms = state.withLock { $0.forms }
    return forms.isEmpty ? bytes : Self.replace(forms.ranges(in: bytes), in: bytes)
  }

  /// `text` with every secret replaced.
  func masked(_ text: String) -> String {
    if state.withLock({ $0.forms.isEmpty }) { return text }
    return String(decoding: masked(Array(text.utf8)[...]), as: UTF8.self)
  }

  private static func replace(_ ranges: [Range<Int>], in bytes: ArraySlice<UInt8>)
    -> ArraySlice<UInt8>
  {
    if ranges.isEmpty { return bytes }
    var output: [UInt8] = []
    var copied = bytes.startIndex
    for range in ranges {
      output += bytes[copied..<range.lowerBound]
      output += mask.utf8
      copied = range.upperBound
    }
    return (output + bytes[copied...])[...]
  }
}
