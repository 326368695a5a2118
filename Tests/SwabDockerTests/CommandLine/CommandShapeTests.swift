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
    var shape = FramesShape(isRaw: false, hasTimestamps: true)
    #expect(
      text(shape.output(ByteBuffer(string: "2024 a\n2024 b"))) == "\u{1}\0\0\0\0\0\0\u{7}2024 a\n"
    )
    #expect(text(shape.error(ByteBuffer(string: "2024 e\n"))) == "\u{2}\0\0\0\0\0\0\u{7}2024 e\n")
    #expect(
      text(try shape.finish(CommandEnd(exitStatus: 0), nil)) == "\u{1}\0\0\0\0\0\0\u{6}2024 b"
    )
    var raw = FramesShape(isRaw: true)
    #expect(text(raw.output(ByteBuffer(string: "x\r\n"))) == "x\r\n")
    var error = FramesShape(isRaw: false, wantsOutput: false)
    #expect(error.output(ByteBuffer(string: "x")) == nil)
  }

  @Test("a complaint of the docker command itself is an error, and not the container's output")
  func complaint() throws {
    var shape = FramesShape(isRaw: false)
    let words = "Error response from daemon: configured logging driver does not support reading"
    #expect(shape.error(ByteBuffer(string: words + "\n")) == nil)
    let failure = CommandFailure(words, CommandEnd(exitStatus: 1)).error
    let error = #expect(throws: DockerError.self) {
      _ = try shape.finish(CommandEnd(exitStatus: 1), failure)
    }
    #expect(error?.code == .notImplemented)
    var other = FramesShape(isRaw: false)
    _ = other.error(ByteBuffer(string: "Error: mine\n"))
    #expect(text(try other.finish(CommandEnd(exitStatus: 0), nil)).hasSuffix("Error: mine\n"))
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
