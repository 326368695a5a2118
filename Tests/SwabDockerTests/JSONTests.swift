@testable import SwabDocker
import Testing

@Suite("JSON")
struct JSONTests {
  static let values: [(String, JSONValue)] = [
    ("null", JSONValue.null), (" true ", true), ("false", false), ("0", 0), ("-0", 0),
    ("-17", -17), ("9223372036854775807", .integer(.max)),
    ("-9223372036854775808", .integer(.min)),
    ("18446744073709551615", .bigInteger("18446744073709551615")),
    ("123456789012345678901234567890", .bigInteger("123456789012345678901234567890")),
    ("1.5", 1.5), ("-2.5e-3", -0.0025), ("1E2", .double(100)), ("1e+2", .double(100)),
    (#""""#, ""), (#""a""#, "a"), (#""ü→😀""#, "ü→😀"), (#""\u00fc""#, "ü"),
    (#""\uD83D\ude00""#, "😀"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
    (#""a\u0000b""#, "a\u{0}b"), (#""x\u0041y""#, "xAy"),
    ("[]", []), ("[ ]", []), ("[1,[2,\n[3]]]", [1, [2, [3]]]),
    ("{}", [:]), ("{ }", [:]), (#"{"a":1,"b":{"c":[null]}}"#, ["a": 1, "b": ["c": [nil]]]),
    (#"{"b":2,"a":1}"#, ["a": 1, "b": 2]), ("\t\r\n 1 \n", 1),
  ]

  @Test("reads every kind of value", arguments: JSONTests.values)
  func reads(_ text: String, _ value: JSONValue) throws {
    #expect(try JSONValue(parsing: text) == value)
  }

  @Test(
    "refuses what is no JSON, and says where",
    arguments: [
      ("", 0), (" ", 1), ("nul", 0), ("nulL", 0), ("True", 0), ("1 2", 2), ("01", 1), ("-", 1),
      ("-a", 1), ("+1", 0), (".5", 0), ("1.", 2), ("1.e1", 2), ("1e", 2), ("1e+", 3), ("0x10", 1),
      ("1e999", 5), ("NaN", 0), ("Infinity", 0), ("'a'", 0), (#"""#, 1), (#""a"#, 2), (#""\"#, 2),
      (#""\x""#, 3), (#""\u12""#, 5), (#""\u12g4""#, 5), (#""\ud800""#, 7), (#""\ud800x""#, 7),
      (#""\udc00""#, 7), (#""\ud800\n""#, 8), (#""\ud800\u0041""#, 13), ("\"a\nb\"", 2),
      ("\"\u{0}\"", 1), ("\"\\n\u{1}\"", 4), ("[", 1), ("[1", 2), ("[1,", 3), ("[1,]", 3),
      ("[,1]", 1), ("[1 2]", 3), ("{", 1), (#"{"a""#, 4), (#"{"a":"#, 5), (#"{"a":1"#, 6),
      (#"{"a":1,}"#, 7), ("{a:1}", 1), ("{1:1}", 1), (#"{"a" 1}"#, 5), ("]", 0), ("}", 0),
      ("[1}", 2), (#"{"a":1]"#, 6), ("// x\n1", 0), ("\u{FEFF}1", 0),
    ]
  )
  func refuses(_ text: String, _ offset: Int) {
    let error = #expect(throws: DockerError.self) { try JSONValue(parsing: text) }
    #expect(error?.code == .invalidJSON)
    #expect(error?.message.hasPrefix("no JSON: byte \(offset):") == true, "\(error?.message ?? "")")
  }

  @Test(
    "refuses strings that are no UTF-8",
    arguments: [
      [0x80], [0xC3], [0xC0, 0x80], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF8, 0x88, 0x80, 0x80],
      [0xF4, 0x90, 0x80, 0x80], [0xFF], [0x5C, 0x6E, 0xC3],
    ] as [[UInt8]]
  )
  func invalidUTF8(_ bytes: [UInt8]) {
    #expect(throws: DockerError.self) { try JSONValue(parsing: [0x22] + bytes + [0x22]) }
  }

  @Test("bounds nesting")
  func nesting() throws {
    let depth = JSONParser.maximumDepth
    let nested = { String(repeating: "[", count: $0) + String(repeating: "]", count: $0) }
    #expect(throws: Never.self) { try JSONValue(parsing: nested(depth)) }
    #expect(throws: DockerError.self) { try JSONValue(parsing: nested(depth + 1)) }
    #expect(throws: DockerError.self) {
      try JSONValue(parsing: String(repeating: #"{"a":"#, count: 1_000_000))
    }
    let wide = "[" + Array(repeating: "[]", count: 10_000).joined(separator: ",") + "]"
    #expect(try JSONValue(parsing: wide).array?.count == 10_000)
  }

  @Test("of a name that stands twice, the last one counts")
  func duplicates() throws {
    let value = try JSONValue(parsing: #"{"a":1,"b":2,"a":3}"#)
    #expect(value["a"] == 3)
    #expect(value.object?.dictionary == ["a": 3, "b": 2])
  }

  @Test("writes what it reads")
  func writes() throws {
    let text = #"{"z":[1,-2.5,18446744073709551615,true,false,null],"ü\"\\\n\u0001😀":{"":""}}"#
    #expect(try JSONValue(parsing: text).description == text)
  }

  @Test("members can be set and removed")
  func members() {
    var object = JSONObject()
    object["a"] = 1
    object["b"] = 2
    object["a"] = 3
    #expect(JSONValue.object(object).description == #"{"a":3,"b":2}"#)
    object["a"] = nil
    #expect(object.keys == ["b"])
    #expect(JSONValue.array([1])[0] == 1)
    #expect(JSONValue.array([1])[1] == nil)
    #expect(JSONValue.null["a"] == nil)
  }
  @Test("gives the members of an object as they were written")
  func membersAsWritten() throws {
    let text = #" { "b" : "<\u003c>" , "a":{"z": 1.50,"y":[ ]},"":1e2 } "#
    let members = try JSONParser.members(of: Array(text.utf8))
    #expect(members.map { $0.key } == ["b", "a", ""])
    let values = members.map { String(decoding: $0.value, as: UTF8.self) }
    #expect(values == [#""<\u003c>""#, #"{"z": 1.50,"y":[ ]}"#, "1e2"])
    #expect(try JSONParser.members(of: Array("{}".utf8)).isEmpty)
    for broken in ["", "[]", "{", #"{"a"}"#, #"{"a":1"#, #"{"a":1,}"#, #"{"a":x}"#] {
      #expect(throws: JSONSyntaxError.self) { try JSONParser.members(of: Array(broken.utf8)) }
    }
  }
}
