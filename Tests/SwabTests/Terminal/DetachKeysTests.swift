import Testing

@testable import Swab

@Suite("The keys that leave a command running")
struct DetachKeysTests {
  private struct Case: Sendable, CustomTestStringConvertible {
    var keys = DetachKeys.usual
    /// What is typed, in pieces.
    var typed: [String]
    var passed: String
    var isDetaching = false

    var testDescription: String { "\(keys): \(typed.map(\.debugDescription))" }
  }

  @Test(
    "they are held back until it is clear what they mean",
    arguments: [
      Case(typed: ["ls\r"], passed: "ls\r"),
      Case(typed: ["a\u{10}\u{11}b"], passed: "a", isDetaching: true),
      Case(typed: ["a\u{10}", "\u{11}"], passed: "a", isDetaching: true),
      Case(typed: ["\u{10}x"], passed: "\u{10}x"),
      Case(typed: ["\u{10}"], passed: ""),
      Case(typed: ["\u{10}\u{10}\u{11}"], passed: "\u{10}", isDetaching: true),
      Case(typed: ["\u{11}\u{10}"], passed: "\u{11}"),
      Case(keys: "q", typed: ["abq"], passed: "ab", isDetaching: true),
      Case(keys: "ctrl-a,d", typed: ["\u{1}c", "\u{1}", "d"], passed: "\u{1}c", isDetaching: true),
      Case(keys: "ctrl-@", typed: ["\u{0}"], passed: "", isDetaching: true),
    ]
  )
  private func passing(_ example: Case) throws {
    var keys = try DetachKeys(example.keys)
    var passed: [UInt8] = []
    var isDetaching = false
    for piece in example.typed {
      let result = keys.pass(Array(piece.utf8))
      passed += result.bytes
      isDetaching = isDetaching || result.isDetaching
    }
    #expect(String(decoding: passed, as: UTF8.self) == example.passed)
    #expect(isDetaching == example.isDetaching)
  }

  @Test("what is no key is refused", arguments: ["", "ctrl-", "ctrl-1", "ctrl-ab", "ü", "a,,b"])
  func mistakes(_ text: String) throws {
    let error = try #require(throws: UsageError.self) { try DetachKeys(text) }
    #expect(error.message.hasSuffix("is no key"))
  }
}
