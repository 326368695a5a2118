import Testing

@testable import SwabYAML

@Suite("YAMLDecoder")
struct YAMLDecoderTests {
  struct Server: Decodable, Equatable {
    enum Mode: String, Decodable { case fast, safe }
    var name: String
    var port: Int?
    var isFast: Bool?
    var load: Double?
    var mode: Mode?
    var tags: [String]?
    var limits: [String: Int]?
    var next: [Server]?
  }

  @Test("every field of a type is decoded")
  func decodes() throws {
    let text = """
      name: 08
      port: 2222
      isFast: yes
      load: 1.5
      mode: safe
      tags: [no, 22:22, '3']
      limits: {a: 1, b: 2}
      next: [{name: x}]
      x-note: anything
      """
    let server = try YAMLDecoder().decode(Server.self, from: parse(text))
    #expect(
      server
        == Server(
          name: "08",
          port: 2222,
          isFast: true,
          load: 1.5,
          mode: .safe,
          tags: ["no", "22:22", "3"],
          limits: ["a": 1, "b": 2],
          next: [Server(name: "x")]
        )
    )
  }

  @Test(
    "text stays as it was written (TR-10)",
    arguments: [
      "no", "yes", "on", "off", "08", "1e3", "22:22", "0o17", "0x1F", "1.10", "true", "12:30:45",
    ]
  )
  func text(text: String) throws {
    #expect(try YAMLDecoder().decode([String].self, from: parse("[\(text)]")) == [text])
  }

  @Test(
    "a whole number is a plain decimal (TR-10)",
    arguments: [
      ("0", 0), ("22", 22), ("-5", -5), ("'22'", 22), ("08", nil), ("0x10", nil), ("1e3", nil),
      ("22:22", nil), ("1_000", nil), ("+1", nil), ("0o17", nil), ("1.0", nil), ("", nil),
      ("no", nil),
      ("99999999999999999999", nil), ("[]", nil), ("{}", nil), ("٣", nil),
    ] as [(String, Int?)]
  )
  func int(text: String, value: Int?) throws {
    let node = try parse("a: \(text)")
    #expect((try? YAMLDecoder().decode([String: Int].self, from: node)) == value.map { ["a": $0] })
  }

  @Test(
    "only true, false, yes and no are Booleans (TR-10)",
    arguments: [
      ("true", true), ("false", false), ("yes", true), ("no", false), ("on", nil), ("off", nil),
      ("1", nil), ("0", nil), ("y", nil), ("TRUE", nil), ("", nil), ("[]", nil),
    ] as [(String, Bool?)]
  )
  func bool(text: String, value: Bool?) throws {
    let node = try parse("a: \(text)")
    #expect((try? YAMLDecoder().decode([String: Bool].self, from: node)) == value.map { ["a": $0] })
  }

  @Test(
    "a mistake is told with its place",
    arguments: [
      ("port: 1", "f.yml:1:1: 'name' is missing\nport: 1\n^"),
      (
        "name: x\nport: many",
        "f.yml:2:7: 'port' is to be a whole number, not 'many'\nport: many\n      ^"
      ),
      ("name: [x]", "f.yml:1:7: 'name' is to be text, not a list\nname: [x]\n      ^"),
      ("name:", "f.yml:1:6: 'name' is to be text, not nothing\nname:\n     ^"),
      (
        "name: x\nisFast: 1",
        "f.yml:2:9: 'isFast' is to be true or false, not '1'\nisFast: 1\n        ^"
      ),
      ("name: x\nload: 1e3", "f.yml:2:7: 'load' is to be a number, not '1e3'\nload: 1e3\n      ^"),
      ("name: x\ntags: a", "f.yml:2:7: 'tags' is to be a list, not 'a'\ntags: a\n      ^"),
      (
        "name: x\ntags: [a, {}]",
        "f.yml:2:11: 'tags' is to be text, not a mapping\ntags: [a, {}]\n          ^"
      ),
      (
        "name: x\nlimits: 1",
        "f.yml:2:9: 'limits' is to be a mapping, not '1'\nlimits: 1\n        ^"
      ),
      (
        "name: x\nlimits: {a: b}",
        "f.yml:2:13: 'a' is to be a whole number, not 'b'\nlimits: {a: b}\n            ^"
      ),
      ("name: x\nnext: [{}]", "f.yml:2:8: 'name' is missing\nnext: [{}]\n       ^"),
      (
        "name: x\nprot: 1",
        "f.yml:2:1: a server has no key 'prot'\nprot: 1\n^\nhint: did you mean port?"
      ),
      (
        "name: x\nnext:\n- {name: y, tag: []}",
        "f.yml:3:13: 'next' has no key 'tag'\n- {name: y, tag: []}\n            ^\nhint: did you mean tags?"
      ),
      ("- a", "f.yml:1:1: a server is to be a mapping, not a list\n- a\n^"),
      ("", "f.yml:1:1: a server is to be a mapping, not nothing\n\n^"),
    ]
  )
  func mistake(text: String, description: String) throws {
    let error = #expect(throws: YAMLError.self) {
      try YAMLDecoder().decode(Server.self, from: parse(text), as: "a server")
    }
    #expect(error?.description == description)
  }

  @Test("an enum's own error gets a place")
  func enumeration() throws {
    let error = #expect(throws: YAMLError.self) {
      try YAMLDecoder().decode(Server.self, from: parse("name: x\nmode: slow"))
    }
    #expect(try #require(error).description.hasPrefix("f.yml:2:7: "))
  }

  @Test("unknown keys go to the hook")
  func hook() throws {
    var decoder = YAMLDecoder()
    decoder.unknownKey = { _ in }
    #expect(try decoder.decode(Server.self, from: parse("{name: x, y: z}")).name == "x")
  }

  @Test("numbers that a type can't hold are an error", arguments: ["256", "-1"])
  func range(text: String) throws {
    let error = #expect(throws: YAMLError.self) {
      try YAMLDecoder().decode([UInt8].self, from: parse("[\(text)]"))
    }
    #expect(error?.message == "this is to be a whole number from 0 to 255, not '\(text)'")
  }

  @Test("a located value knows its node")
  func located() throws {
    let map = try YAMLDecoder().decode([String: YAMLLocated<Int>].self, from: parse("a: 5"))
    let value = try #require(map["a"])
    #expect(value.value == 5)
    #expect(value.node.location.description == "f.yml:1:4")
  }
}

@Suite("nearest names")
struct NearestNameTests {
  @Test(
    "a slip of the finger is found, another word is not",
    arguments: [
      ("hsots", "hosts"), ("host", "hosts"), ("hostss", "hosts"), ("Hosts", "hosts"),
      ("rols", "roles"),
      ("docker_client", "docker_clients"), ("dockerclients", "docker_clients"), ("evn", "env"),
      ("package_", "package"), ("banana", nil), ("x", nil), ("", nil), ("hosts", nil),
    ] as [(String, String?)]
  )
  func nearest(name: String, expected: String?) {
    let candidates = ["env", "hosts", "roles", "docker_clients", "package"]
    #expect(NearestName.nearest(to: name, among: candidates) == expected)
  }

  @Test("the first of equally near names wins")
  func tie() {
    #expect(NearestName.nearest(to: "h3", among: ["h1", "h2"]) == "h1")
    #expect(NearestName.hint(for: "h3", among: ["h1"], prefix: "@") == "did you mean @h1?")
  }
}
