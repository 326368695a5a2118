import Testing

@testable import Swab

@Suite("Lines as they are shown")
struct ConsoleTextTests {
  @Test(
    "control sequences and invalid UTF-8 are written out (TR-87)",
    arguments: [
      (Array("plain text".utf8), "plain text"),
      (Array("tab\tstays".utf8), "tab\tstays"),
      (Array("grüße ✓ 🐳".utf8), "grüße ✓ 🐳"),
      (Array("\u{1b}[2J\u{1b}]0;title\u{7}".utf8), #"\x1b[2J\x1b]0;title\x07"#),
      (Array("a\u{0}b\u{7f}".utf8), #"a\x00b\x7f"#),
      ([0x61, 0xff, 0xfe, 0x62], #"a\xff\xfeb"#),
      ([0xc3], #"\xc3"#),
      ([0xe2, 0x82], #"\xe2\x82"#),
      ([0xc0, 0xaf], #"\xc0\xaf"#),
      ([0xed, 0xa0, 0x80], #"\xed\xa0\x80"#),
      ([0xf4, 0x90, 0x80, 0x80], #"\xf4\x90\x80\x80"#),
      (Array("\u{9b}2J".utf8), #"\u{9b}2J"#),
      (Array("a\u{202e}b".utf8), #"a\u{202e}b"#),
    ] as [([UInt8], String)]
  )
  func escaping(_ bytes: [UInt8], _ text: String) {
    var output: [UInt8] = []
    TerminalText.append(bytes[...], to: &output)
    #expect(String(decoding: output, as: UTF8.self) == text)
  }

  private func lines(_ chunks: [String]) -> [String] {
    var assembler = LineAssembler()
    var lines: [String] = []
    func take(_ line: ArraySlice<UInt8>, _ ending: LineAssembler.Line.Ending) {
      lines.append(String(decoding: line, as: UTF8.self) + (ending == .newline ? "" : "|\(ending)"))
    }
    for chunk in chunks { assembler.add(Array(chunk.utf8), take) }
    assembler.finish(take)
    return lines
  }

  @Test(
    "chunks become whole lines (TR-81)",
    arguments: [
      (["a\nb\n"], ["a", "b"]),
      (["a", "b\nc", "\n"], ["ab", "c"]),
      (["a\r\nb\r\n"], ["a", "b"]),
      (["10%\r50%\r100%\n"], ["100%"]),
      (["10%\r", "50%\r\n"], ["50%"]),
      (["no end"], ["no end|none"]),
      (["\n\n"], ["", ""]),
      ([], []),
      (
        ["ü".utf8.map { String(decoding: [$0], as: UTF8.self) }.joined()], ["\u{fffd}\u{fffd}|none"]
      ),
    ] as [([String], [String])]
  )
  func assembling(_ chunks: [String], _ expected: [String]) {
    #expect(lines(chunks) == expected)
  }

  @Test("a character cut in two by chunks stays whole")
  func splitCharacter() {
    var assembler = LineAssembler()
    var lines: [[UInt8]] = []
    for byte in Array("grüße\n".utf8) {
      assembler.add([byte]) { line, _ in lines.append(Array(line)) }
    }
    #expect(lines == [Array("grüße".utf8)])
  }

  @Test("a line without an end doesn't gather in memory")
  func endless() {
    var assembler = LineAssembler()
    var pieces = 0
    let chunk = [UInt8](repeating: 0x61, count: 16 * 1024)
    for _ in 0..<64 {
      assembler.add(chunk) { line, ending in
        #expect(ending == .tooLong)
        #expect(line.count == LineAssembler.longestLine)
        pieces += 1
      }
    }
    #expect(pieces == 15)
  }

  @Test("where a line is cut for its length, no character is", arguments: 0..<4)
  func longLine(offset: Int) {
    var assembler = LineAssembler()
    var pieces: [ArraySlice<UInt8>] = []
    let text = String(repeating: "a", count: offset) + String(repeating: "🐳", count: 40_000)
    assembler.add(Array(text.utf8)) { line, _ in pieces.append(line) }
    #expect(!pieces.isEmpty)
    #expect(pieces.allSatisfy { String(validating: $0, as: UTF8.self) != nil })
  }

  @Test("the last three lines are kept, however many there are")
  func lastLines() {
    var assembler = LineAssembler(keepsLastLines: true)
    assembler.add(Array("1\n2\n3\n4\r\n5".utf8)) { _, _ in }
    assembler.finish { _, _ in }
    #expect(assembler.lastLines.map { String(decoding: $0, as: UTF8.self) } == ["3", "4", "5"])
  }

  @Test(
    "a text has the same lines with LF and with CR LF",
    arguments: [("a\r\nb", "a\nb"), ("a\nb\n", "a\nb\n"), ("", ""), ("a\r\r\n", "a\\x0d\n")]
  )
  func lines(_ text: String, _ shown: String) { #expect(TerminalText.safe(text) == shown) }

  @Test(
    "secrets are masked, also encoded (TR-92)",
    arguments: [
      ("the hunter2! is out", "the •••• is out"),
      ("hunter2!hunter2!", "••••••••"),
      ("https://u:hunter2%21@h/", "https://u:••••@h/"),
      ("aHVudGVyMiE=", "••••="),
      ("eDpodW50ZXIyIQ==", "e••••Q=="),
      ("hunter2", "hunter2"),
      ("", ""),
    ]
  )
  func masking(_ text: String, _ shown: String) {
    let mask = SecretMask()
    mask.add("hunter2!")
    let result = mask.masked(text)
    if text.hasPrefix("eDpo") || text.hasPrefix("aHV") {
      // What stands beside a secret in base64 depends on the alignment.
      #expect(result.contains("••••"))
      #expect(!result.contains("dW50ZXIy"))
    } else {
      #expect(result == shown)
    }
  }

  @Test("secrets that contain or overlap each other are masked as a whole")
  func nested() {
    let mask = SecretMask()
    for secret in ["abc", "xabcx", "cdef"] { mask.add(secret) }
    #expect(mask.masked("-xabcx- -abc- -abcdef-") == "-••••- -••••- -••••-")
  }

  @Test(
    "each line of a secret is masked, and the whole of it when encoded (TR-92)",
    arguments: [
      ("hunter2secret\n", ["hunter2secret", "aHVudGVyMnNlY3JldA=="]),
      (
        "-----BEGIN KEY-----\nMIIEabc/+\n  indented\t\nab\n-----END KEY-----\n",
        ["-----BEGIN KEY-----", "MIIEabc/+", "indented", "MIIEabc%2f%2b", "TUlJRWFiYy8r"]
      ),
      ("first\r\nsecond", ["first", "second", "first%0D%0Asecond"]),
    ]
  )
  func lines(of secret: String, _ hidden: [String]) {
    let mask = SecretMask()
    mask.add(secret)
    for text in hidden {
      let shown = mask.masked("<\(text)>")
      #expect(shown.hasPrefix("<••••") && !shown.contains(text), "\(shown)")
    }
    #expect(mask.masked("ab") == "ab")
  }

  @Test(
    "durations read well",
    arguments: [
      (Duration.milliseconds(250), "250 ms"), (.seconds(20), "20 s"),
      (.milliseconds(1500), "1.5 s"), (.milliseconds(1980), "2 s"),
    ]
  )
  func durations(_ duration: Duration, _ text: String) {
    #expect(duration.inWords == text)
  }

  @Test("output levels have Fabric's names, and misspelt ones a hint")
  func levels() throws {
    #expect(try OutputLevel.parse("stdout,stderr", flag: "--hide") == [.stdout, .stderr])
    #expect(try OutputLevel.parse("output", flag: "--hide") == [.stdout, .stderr])
    #expect(try OutputLevel.parse("commands", flag: "--hide") == [.stdout, .running])
    let error = try #require(throws: UsageError.self) {
      try OutputLevel.parse("tunels", flag: "--show")
    }
    #expect(error.hint == "did you mean tunnels?")
  }
}
