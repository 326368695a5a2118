import Testing

@testable import SwabYAML

/// Reads a text called `f.yml`.
func parse(_ text: String) throws(YAMLError) -> YAMLNode {
  try YAMLNode.parse(text.utf8, name: "f.yml")
}

extension YAMLNode {
  /// The node in one line, with quotes around what was quoted: `{a: [1, "b"]}`.
  var line: String {
    switch content {
    case .scalar(let scalar):
      let text = scalar.style == .plain ? scalar.text : "\"\(scalar.text)\""
      return (tag.map { "\($0) " } ?? "") + text
    case .sequence(let nodes): return "[" + nodes.map(\.line).joined(separator: ", ") + "]"
    case .mapping(let pairs):
      return "{" + pairs.map { "\($0.key): \($0.value.line)" }.joined(separator: ", ") + "}"
    }
  }
}

@Suite("YAML nodes")
struct YAMLNodeTests {
  @Test(
    "what is written is what is read",
    arguments: [
      ("a: 1", "{a: 1}"),
      ("a: '1'", "{a: \"1\"}"),
      ("a: \"x\\ty\"", "{a: \"x\ty\"}"),
      ("- a\n- [b, c]\n", "[a, [b, c]]"),
      ("a:\n  b: {c: d}\n", "{a: {b: {c: d}}}"),
      ("z: 1\na: 2\nm: 3", "{z: 1, a: 2, m: 3}"),
      ("a: |\n  one\n  two\n", "{a: \"one\ntwo\n\"}"),
      ("a: >\n  one\n  two\n", "{a: \"one two\n\"}"),
      ("a: !env NAME", "{a: !env NAME}"),
      ("a: !!str 5", "{a: tag:yaml.org,2002:str 5}"),
      ("a: !path ./x # why\n", "{a: !path ./x}"),
      ("a:\nb:\n", "{a: , b: }"),
      ("{a, b}", "{a: , b: }"),
      ("# only a comment\n", ""),
      ("", ""),
      ("---\n", ""),
      ("--- \na: 1\n...\n", "{a: 1}"),
      ("%YAML 1.1\n---\na: 1\n", "{a: 1}"),
      ("\"a b\": c", "{a b: c}"),
      ("a: 'it''s'", "{a: \"it's\"}"),
      ("ü: ж", "{ü: ж}"),
      ("a: \"\\0\"", "{a: \"\0\"}"),
      ("a: [1,\n  2]", "{a: [1, 2]}"),
      ("? a\n: b", "{a: b}"),
      ("a: web[01-20]", "{a: web[01-20]}"),
      ("a: b c", "{a: b c}"),
      ("a: http://x:1/", "{a: http://x:1/}"),
    ]
  )
  func reads(text: String, line: String) throws {
    #expect(try parse(text).line == line)
  }

  @Test(
    "line ends and a byte order mark change nothing",
    arguments: [
      "a: 1\nb:\n  - c\n", "a: 1\r\nb:\r\n  - c\r\n", "\u{FEFF}a: 1\nb:\n  - c\n",
      "a: 1\rb:\r  - c\r",
    ]
  )
  func lineEnds(text: String) throws {
    let root = try parse(text)
    #expect(root.line == "{a: 1, b: [c]}")
    let element = try #require(root["b"]?.sequence?.first)
    #expect(element.location.description == "f.yml:3:5")
    #expect(root.mapping?.first?.keyLocation.column == 1)
  }

  @Test(
    "plain text of YAML 1.1's traps stays as written (TR-10)",
    arguments: [
      "no", "yes", "on", "off", "y", "n", "08", "010", "0o17", "0x1F", "1e3", "22:22", "1_000",
      "1.10", ".5", "+1", "12:30:45", "2001-12-14", "NO", "Off", ".inf", ".nan", "0b1", "190:20:30",
    ]
  )
  func traps(text: String) throws {
    let node = try parse("a: \(text)")
    #expect(node["a"]?.scalar == YAMLScalar(text, style: .plain))
    #expect(node["a"]?.isNull == false)
  }

  @Test(
    "null is what was left out or says so, without quotes",
    arguments: [
      ("a:", true), ("a: ~", true), ("a: null", true), ("a: NULL", true), ("a: !!null x", true),
      ("a: 'null'", false), ("a: ''", false), ("a: nil", false), ("a: !!str", false),
      ("a: []", false),
    ]
  )
  func null(text: String, isNull: Bool) throws {
    #expect(try parse(text)["a"]?.isNull == isNull)
  }

  @Test("columns count characters, not bytes")
  func columns() throws {
    let node = try #require(try parse("ü漢: {b: c}")["ü漢"]?["b"])
    #expect((node.location.line, node.location.column) == (1, 9))
  }

  @Test(
    "aliases and merge keys are written out",
    arguments: [
      ("a: &x 1\nb: *x", "{a: 1, b: 1}"),
      ("a: &x {p: 1}\nb: *x", "{a: {p: 1}, b: {p: 1}}"),
      ("a: &x 1\nb: *x\nc: &x 2\nd: *x", "{a: 1, b: 1, c: 2, d: 2}"),
      ("a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3, r: 4}", "{a: {p: 1, q: 2}, b: {p: 1, q: 3, r: 4}}"),
      ("b: {q: 3, <<: {p: 1, q: 2}, r: 4}", "{b: {q: 3, p: 1, r: 4}}"),
      ("b: {<<: [{p: 1}, {p: 2, q: 2}], r: 4}", "{b: {p: 1, q: 2, r: 4}}"),
      ("b: {<<: []}", "{b: {}}"),
      ("b: {'<<': x}", "{b: {<<: x}}"),
      (
        "x: &a {p: 1}\ny: &b {<<: *a, q: 2}\nz: {<<: *b, r: 3}",
        "{x: {p: 1}, y: {p: 1, q: 2}, z: {p: 1, q: 2, r: 3}}"
      ),
      ("&k a: *k", "{a: a}"),
    ]
  )
  func aliases(text: String, line: String) throws {
    #expect(try parse(text).line == line)
  }
}
