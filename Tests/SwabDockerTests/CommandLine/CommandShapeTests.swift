import NIOCore
import Testing

@testable import SwabDocker

@Suite("Answers made of what the docker command prints")
struct CommandShapeTests {
  private func text(_ bytes: ByteBuffer?) -> String { bytes.map { String(buffer: $0) } ?? "" }

  private func messages(_ shape: any CommandShape, _ text: String) throws -> [String] {
    var shape = shape
    var bytes = ByteBuffer()
    // However it is cut, it comes to the same.
    for byte in text.utf8 {
      if let part = try shape.output(ByteBuffer(bytes: [byte])) { bytes.writeImmutableBuffer(part) }
    }
    if let last = try shape.finish(CommandEnd(exitStatus: 0), nil) {
      bytes.writeImmutableBuffer(last)
    }
    return String(buffer: bytes).split(separator: "\r\n").map(String.init)
  }

  @Test("a pull")
  func pull() throws {
    let printed = """
      latest: Pulling from library/app
      9c27e219663c: Pull complete
      Digest: sha256:ab
      Status: Downloaded newer image for app:latest
      docker.io/library/app:latest
      """
    #expect(
      try messages(ProgressShape.pull, printed) == [
        #"{"status":"Pulling from library/app","id":"latest"}"#,
        #"{"status":"Pull complete","id":"9c27e219663c"}"#,
        #"{"status":"Digest: sha256:ab"}"#,
        #"{"status":"Status: Downloaded newer image for app:latest"}"#,
        #"{"status":"docker.io/library/app:latest"}"#,
      ]
    )
  }

  @Test("a push, whose digest is a result")
  func push() throws {
    let printed = "9c27e219663c: Pushed\n1.0: digest: sha256:ab size: 527\n"
    #expect(
      try messages(ProgressShape.push, printed) == [
        #"{"status":"Pushed","id":"9c27e219663c"}"#,
        #"{"status":"1.0: digest: sha256:ab size: 527"}"#,
        #"{"aux":{"Tag":"1.0","Digest":"sha256:ab","Size":527}}"#,
      ]
    )
  }

  @Test("loads and imports")
  func loads() throws {
    #expect(
      try messages(ProgressShape.load, "Loaded image: app:1\n")
        == [#"{"stream":"Loaded image: app:1\n"}"#]
    )
    #expect(
      try messages(ProgressShape.import, "sha256:ab\n") == [#"{"status":"sha256:ab"}"#]
    )
  }

  @Test("a build: the id after \"Successfully built\" is asked for in full (DF 27, DF 58)")
  func classicBuild() throws {
    var shape = BuildShape()
    let shown = shape.output(
      ByteBuffer(string: "Step 1/1 : FROM a\nSuccessfully built 2aeaab30a78d\n")
    )
    #expect(
      text(shown) == "{\"stream\":\"Step 1/1 : FROM a\\n\"}\r\n"
        + "{\"stream\":\"Successfully built 2aeaab30a78d\\n\"}\r\n"
    )
    #expect(text(try shape.finish(CommandEnd(exitStatus: 0), nil)).isEmpty)
    #expect(
      shape.question?.words == ["inspect", "--type=image", "--format={{.Id}}", "2aeaab30a78d"]
    )
    var output = CommandOutput()
    output.stdout = Array("sha256:2aeaab30a78dffff\n".utf8)
    #expect(
      text(shape.answer(output)) == "{\"aux\":{\"ID\":\"sha256:2aeaab30a78dffff\"}}\r\n"
    )
  }

  @Test("a build by BuildKit, which writes to standard error")
  func buildKit() throws {
    var shape = BuildShape()
    let lines = "DEPRECATED\n#1 [internal] load\n#7 writing image sha256:ab 0.0s done\n"
    #expect(
      text(shape.error(ByteBuffer(string: lines))) == "{\"stream\":\"#1 [internal] load\\n\"}\r\n"
        + "{\"stream\":\"#7 writing image sha256:ab 0.0s done\\n\"}\r\n"
    )
    #expect(
      text(try shape.finish(CommandEnd(exitStatus: 0), nil))
        == "{\"aux\":{\"ID\":\"sha256:ab\"}}\r\n"
    )
    #expect(shape.question == nil)
  }

  @Test("a failure after progress is a message in the stream, and one before it is the request's")
  func failures() throws {
    let failure = CommandFailure(
      "The command '/bin/sh -c false' returned a non-zero code: 3",
      CommandEnd(exitStatus: 3)
    )
    var shape = BuildShape()
    _ = shape.output(ByteBuffer(string: "Step 1/1 : RUN false\n"))
    let last = text(try shape.finish(CommandEnd(exitStatus: 3), failure.error))
    let words = "The command '/bin/sh -c false' returned a non-zero code: 3"
    #expect(
      last == "{\"errorDetail\":{\"code\":3,\"message\":\"\(words)\"},\"error\":\"\(words)\"}\r\n"
    )
    #expect(throws: DockerError.self) {
      var pull = ProgressShape.pull
      _ = try pull.finish(CommandEnd(exitStatus: 1), failure.error)
    }
  }

  @Test("frames: both streams, with lines whole where they have timestamps")
  func frames() throws {
    var shape = FramesShape(of: "web", isRaw: false, hasTimestamps: true)
    #expect(
      text(shape.output(ByteBuffer(string: "2024 a\n2024 b"))) == "\u{1}\0\0\0\0\0\0\u{7}2024 a\n"
    )
    #expect(text(shape.error(ByteBuffer(string: "2024 e\n"))) == "\u{2}\0\0\0\0\0\0\u{7}2024 e\n")
    #expect(
      text(try shape.finish(CommandEnd(exitStatus: 0), nil)) == "\u{1}\0\0\0\0\0\0\u{6}2024 b"
    )
    var raw = FramesShape(of: "web", isRaw: true)
    #expect(text(raw.output(ByteBuffer(string: "x\r\n"))) == "x\r\n")
    var error = FramesShape(of: "web", isRaw: false, wantsOutput: false)
    #expect(text(error.output(ByteBuffer(string: "x"))).isEmpty)
  }

  @Test(
    "a complaint of the docker command itself is an error, and not the container's output",
    arguments: [
      "Error response from daemon: configured logging driver does not support reading\n",
      "Error response from daemon: a\nb: unknown\n", "error from daemon in stream: x\n",
      "Error: No such container: web\n",
    ]
  )
  func complaint(_ words: String) throws {
    // One of several lines comes in one piece.
    let isOneLine = words.dropLast().utf8.allSatisfy { $0 != UInt8(ascii: "\n") }
    for pieces in [[words], isOneLine ? words.map { String($0) } : [words]] {
      var shape = FramesShape(of: "web", isRaw: false)
      for piece in pieces { #expect(shape.error(ByteBuffer(string: piece)) == nil) }
      let end = CommandEnd(exitStatus: 1)
      let error = #expect(throws: DockerError.self) {
        _ = try shape.finish(end, shape.failure(words, end))
      }
      #expect(error?.message.isEmpty == false)
    }
  }

  @Test("what a process says of errors is its own, and comes at once")
  func ownErrors() throws {
    let end = CommandEnd(exitStatus: 1)
    for words in [
      "Error: Unable to access jarfile x.jar\n", "Error: No such container: db\n", "Er",
    ] {
      var shape = FramesShape(of: "web", isRaw: false)
      var given = text(shape.error(ByteBuffer(string: words)))
      #expect(given.hasSuffix(words) || words == "Er")
      given += text(try shape.finish(end, shape.failure(words, end)))
      #expect(given.hasSuffix(words))
    }
    let complaint = "Error response from daemon: x\n"
    var shape = FramesShape(of: "web", isRaw: false)
    #expect(shape.error(ByteBuffer(string: complaint)) == nil)
    // It goes on, so that was no complaint of the docker command.
    #expect(text(shape.error(ByteBuffer(string: "y\n"))).contains(complaint))
    #expect(text(shape.error(ByteBuffer(string: complaint))).hasSuffix(complaint))
    var other = FramesShape(of: "web", isRaw: false)
    #expect(other.error(ByteBuffer(string: complaint)) == nil)
    let both = text(other.output(ByteBuffer(string: "out")))
    #expect(both.contains(complaint) && both.hasSuffix("out"))
    // A process that has ended well has none either.
    var last = FramesShape(of: "web", isRaw: false)
    #expect(last.error(ByteBuffer(string: complaint)) == nil)
    #expect(text(try last.finish(CommandEnd(exitStatus: 0), nil)).hasSuffix(complaint))
  }

  @Test("logs whose reading fails are an error, whatever they say before")
  func failingLogs() throws {
    var shape = FramesShape(of: "web", isRaw: false)
    shape.hasOwnStatus = true
    _ = shape.error(ByteBuffer(string: "Error response from daemon: not found\n"))
    _ = shape.output(ByteBuffer(string: "out\n"))
    let words = "error from daemon in stream: Error grabbing logs: unexpected EOF"
    _ = shape.error(ByteBuffer(string: words + "\n"))
    let end = CommandEnd(exitStatus: 1)
    let all = "Error response from daemon: not found\n\(words)\n"
    let error = #expect(throws: DockerError.self) {
      _ = try shape.finish(end, shape.failure(all, end))
    }
    #expect(error?.message == words)
  }

  @Test("tables, whose last column may hold anything (DF 134)")
  func tables() {
    let table = CommandTable(
      """
      UID                 PID                 CMD
      root                29183               sh -c   sleep  1000
      a b                 7

      """
    )
    #expect(table.titles == ["UID", "PID", "CMD"])
    #expect(table.rows == [["root", "29183", "sh -c   sleep  1000"], ["a b", "7", ""]])
    #expect(CommandTable("").titles.isEmpty)
  }

  @Test(
    "sizes for people",
    arguments: [
      ("0B", 0), ("1.984MB", 1_984_000), ("12kB", 12_000), ("1.5GB (virtual 2GB)", 1_500_000_000),
      ("N/A", 0),
    ]
  )
  func sizes(_ text: String, _ bytes: Int) {
    #expect(HumanSize.bytes(text) == bytes)
  }

  @Test("sudo is told the password when it asks, and nothing else is")
  func sudo() async throws {
    let dialogue = SudoDialogue()
    async let asked = dialogue.isAsked()
    #expect(try dialogue.error(ByteBuffer(string: "We trust you have received\n")) == nil)
    for byte in dialogue.prompt.utf8 {
      #expect(try dialogue.error(ByteBuffer(bytes: [byte])) == nil)
    }
    #expect(await asked)
    #expect(text(dialogue.finish()).isEmpty)
    #expect(text(try dialogue.error(ByteBuffer(string: "later"))) == "later")
  }

  @Test("once sudo has its password, what the command says isn't held back")
  func afterSudo() throws {
    let dialogue = SudoDialogue()
    #expect(try dialogue.error(ByteBuffer(string: "lecture \(dialogue.prompt)")) == nil)
    #expect(text(try dialogue.error(ByteBuffer(string: "following\n"))) == "following\n")
    // What may be the beginning of another question waits for what comes next.
    let start = dialogue.prompt.prefix(dialogue.prompt.count - 1)
    #expect(text(try dialogue.error(ByteBuffer(string: "a\(start)"))) == "a")
    #expect(text(try dialogue.error(ByteBuffer(string: "b"))) == "\(start)b")
    #expect(text(try dialogue.error(ByteBuffer(string: "s"))).isEmpty)
    #expect(text(dialogue.finish()) == "s")
  }

  @Test("where sudo doesn't ask, nothing is told, and its words are kept")
  func noSudo() async throws {
    let dialogue = SudoDialogue()
    #expect(try dialogue.error(ByteBuffer(string: "sudo: no")) == nil)
    #expect(text(dialogue.finish()) == "sudo: no")
    #expect(await !dialogue.isAsked())
  }

  @Test("a sudo that asks again doesn't take the password")
  func wrongPassword() throws {
    let dialogue = SudoDialogue()
    _ = try dialogue.error(ByteBuffer(string: dialogue.prompt))
    let error = #expect(throws: DockerError.self) {
      try dialogue.error(ByteBuffer(string: "Sorry, try again.\n\(dialogue.prompt)"))
    }
    #expect(error?.code == .permissionDenied)
  }
}
