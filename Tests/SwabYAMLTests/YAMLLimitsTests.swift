import Testing

@testable import SwabYAML

@Suite("bounds of YAML")
struct YAMLLimitsTests {
  @Test("a billion laughs are an error with a place")
  func billionLaughs() throws {
    var text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
    for level in 1...9 {
      let aliases = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(aliases)]\n"
    }
    // Written out they would fill any memory, so that this ends shows that they are not.
    let shown = try failure(text.utf8)
    #expect(shown.hasPrefix("f.yml:7:10: "))
    #expect(shown.contains(": more than 1000000 values, with aliases written out\n"))
  }

  @Test("laughs by merge keys are bounded too")
  func laughingMerges() throws {
    var text = "a0: &a0 {x0: 1, y0: 1, z0: 1}\n"
    for level in 1...20 {
      text += "a\(level): &a\(level) {<<: *a\(level - 1), x\(level): *a\(level - 1),"
      text += " y\(level): *a\(level - 1), z\(level): *a\(level - 1)}\n"
    }
    #expect(try failure(text.utf8).contains("more than 1000000 values"))
  }

  @Test(
    "nesting of 10,000 levels is an error",
    arguments: [
      ("[", "", "f.yml:1:65: "), ("{a: ", "", "f.yml:1:"), ("- ", "", "f.yml:1:129: "),
      ("[", "]", "f.yml:1:65: "),
    ]
  )
  func deepNesting(opening: String, closing: String, place: String) throws {
    let text =
      String(repeating: opening, count: 10_000) + String(repeating: closing, count: 10_000)
    let error = #expect(throws: YAMLError.self) { try parse(text) }
    let shown = try #require(error)
    #expect(shown.message == "more than 64 levels are nested here")
    #expect(shown.description.hasPrefix(place))
  }

  @Test("nesting by aliases counts as well")
  func deepAliases() throws {
    var text = "a0: &a0 [x]\n"
    for level in 1...80 { text += "a\(level): &a\(level) [*a\(level - 1)]\n" }
    #expect(try failure(text.utf8).contains("more than 64 levels are nested here"))
  }

  @Test("60 levels are fine")
  func nesting() throws {
    let text = String(repeating: "[", count: 60) + String(repeating: "]", count: 60)
    #expect(try parse(text).sequence?.count == 1)
  }

  @Test("a large file is read in one go")
  func largeFile() throws {
    let text = (0..<20_000).map { "h\($0): {address: 192.0.2.1, port: 22}\n" }.joined()
    #expect(try parse(text).mapping?.count == 20_000)
  }

  @Test("no text makes the reader crash", arguments: 0..<400)
  func fuzz(seed: Int) {
    let pieces = [
      "a", ": ", "- ", "\n", "  ", "[", "]", "{", "}", ",", "&x", " *x", "<<", "!env ", "|", ">",
      "'",
      "\"", "#", "\t", "? ", "---", "%", "@", "\\", "\r", "\u{FEFF}", "ü", "\0", "~", "...\n",
    ]
    var state = UInt64(seed) &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    var text = ""
    for _ in 0..<60 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      text += pieces[Int((state >> 33) % UInt64(pieces.count))]
    }
    do {
      _ = try parse(text)
    } catch {
      #expect(!error.description.isEmpty)
    }
  }
}
