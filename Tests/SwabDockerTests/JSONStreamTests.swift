import NIOCore
import Testing

@testable import SwabDocker

@Suite("JSON streams")
struct JSONStreamTests {
  /// All values of a stream that comes in these pieces.
  static func values(_ pieces: [ByteBuffer], limit: Int = 64 << 20) throws -> [JSONValue] {
    var splitter = JSONStreamSplitter(limit: limit)
    var values: [JSONValue] = []
    for piece in pieces {
      splitter.append(piece)
      while let value = try splitter.next() { values.append(value) }
    }
    if let last = try splitter.finish() { values.append(last) }
    return values
  }

  static func values(_ text: String) throws -> [JSONValue] {
    try values([ByteBuffer(string: text)])
  }

  static let streams: [(String, [JSONValue])] = [
    ("", []), (" \r\n\u{1E}", []),
    (#"{"a":1}"#, [["a": 1]]),
    ("{\"status\":\"Pulling\"}\r\n{\"id\":\"ü→😀\"}\r\n", [["status": "Pulling"], ["id": "ü→😀"]]),
    ("{}\n{}\n\n{}", [[:], [:], [:]]),
    (#"{"a":{}}{"b":[]}"#, [["a": [:]], ["b": []]]),
    ("\u{1E}{\"a\":1}\n\u{1E}{\"a\":2}\n", [["a": 1], ["a": 2]]),
    (#"{"a":"}{][\"\\"}{"b":"\\"}"#, [["a": "}{][\"\\"], ["b": "\\"]]),
    ("[1,[2]]\"x\"\"y\"\n1 2\r\ntrue{}null", [[1, [2]], "x", "y", 1, 2, true, [:], nil]),
    ("1", [1]), ("-2.5e3 ", [.double(-2500)]),
    ("{\"a\"\r\n:\r\n1}\r\n", [["a": 1]]),
  ]

  @Test("are the same cut at every byte", arguments: JSONStreamTests.streams)
  func cuts(_ text: String, _ expected: [JSONValue]) throws {
    #expect(try Self.values(text) == expected)
    let bytes = Array(text.utf8)
    for cut in 0...bytes.count {
      let pieces = [ByteBuffer(bytes: bytes[..<cut]), ByteBuffer(bytes: bytes[cut...])]
      #expect(try Self.values(pieces) == expected, "cut at \(cut)")
    }
    #expect(try Self.values(bytes.map { ByteBuffer(bytes: [$0]) }) == expected, "byte by byte")
  }

  @Test("give a value as soon as its last byte is there")
  func soon() throws {
    var splitter = JSONStreamSplitter()
    splitter.append(ByteBuffer(string: #"{"a":1}{"b""#))
    #expect(try splitter.next() == ["a": 1])
    #expect(try splitter.next() == nil)
    splitter.append(ByteBuffer(string: ":2}"))
    #expect(try splitter.next() == ["b": 2])
    #expect(throws: Never.self) { try splitter.finish() }
  }

  @Test("may have lines of ten megabytes")
  func longLine() throws {
    let line =
      Array(#"{"stream":""#.utf8) + Array(repeating: 120, count: 10 << 20) + Array("\"}\n".utf8)
    let pieces = stride(from: 0, to: line.count, by: 1000).map {
      ByteBuffer(bytes: line[$0..<min($0 + 1000, line.count)])
    }
    let values = try Self.values(pieces + pieces)
    #expect(values.map { $0["stream"]?.string?.utf8.count } == [10 << 20, 10 << 20])
  }

  @Test("may have many values in one read")
  func many() throws {
    let text = String(repeating: "{\"status\":\"Downloading\"}\r\n", count: 100_000)
    #expect(try Self.values(text).count == 100_000)
  }

  @Test("are refused where a value has no end in sight", arguments: ["[", "\"", "1"])
  func tooLong(_ beginning: String) {
    let pieces = [beginning] + Array(repeating: String(repeating: "1", count: 1 << 16), count: 17)
    let error = #expect(throws: DockerError.self) {
      try Self.values(pieces.map { ByteBuffer(string: $0) }, limit: 1 << 20)
    }
    #expect(error?.code == .replyTooLarge)
    #expect(error?.message == "a value in the answer is longer than 1 MiB")
  }

  @Test(
    "that end within a value are an error",
    arguments: ["{", #"{"a":"#, "[1", #""x"#, #"{"a":"}"#]
  )
  func truncated(_ text: String) {
    let error = #expect(throws: DockerError.self) { try Self.values("{}\n" + text) }
    #expect(error?.code == .streamTruncated)
  }

  @Test(
    "of something else are an error",
    arguments: ["<html>", "}", "{a:1}", "[}", "truefalse", "{}x", "HTTP/1.1 200 OK\r\n\r\n{}"]
  )
  func garbage(_ text: String) {
    let error = #expect(throws: DockerError.self) { try Self.values(text) }
    #expect(error?.code == .invalidJSON)
  }

  @Test("may have text in them that is no UTF-8 (DF 23)")
  func invalidText() throws {
    let bytes = Array(#"{"stream":"a"#.utf8) + [0xFF, 0xC3] + Array("b\\n\"}\r\n{}".utf8)
    #expect(
      try Self.values([ByteBuffer(bytes: bytes)]) == [["stream": "a\u{FFFD}\u{FFFD}b\n"], [:]]
    )
  }
}
