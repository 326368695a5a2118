import Foundation
import SwabTestSupport
import Testing

@testable import SwabDocker

@Suite("Builds by BuildKit")
struct BuildKitTests {
  private static func spec(_ text: String) -> BuildSpec {
    var spec = BuildSpec(.dockerfile(text))
    spec.builder = .buildKit
    spec.noCache = true
    return spec
  }

  @Test("give the image's id, and lines like those of the docker CLI (DE-91)")
  func success() async throws {
    let docker = try await sharedClient()
    try await withTemporaryFolder { folder in
      try TarWriterTests.fill(folder)
      try folder.write(
        BuildTests.from + "COPY tool /\nRUN cat /tool && echo ü\n",
        to: "in/Dockerfile"
      )
      try await withImageName(of: docker) { name in
        var spec = BuildSpec(.folder(folder.path("in")), tags: [name])
        spec.builder = .buildKit
        spec.noCache = true
        let client = ReportingClient(docker)
        let id = try await client.build(spec)
        #expect(try await docker.inspectImage(name).id == id)
        let lines = client.output.components(separatedBy: "\n")
        #expect(lines.contains { $0.hasPrefix("#") && $0.contains("RUN cat /tool && echo ü") })
        #expect(lines.contains { $0.hasPrefix("#") && $0.hasSuffix("runü") }, "\(lines)")
        #expect(lines.contains { $0.hasPrefix("#") && $0.hasSuffix(" DONE") })
      }
    }
    await docker.close()
  }

  @Test("take a Dockerfile from elsewhere, which COPY sees here")
  func dockerfileOutside() async throws {
    let docker = try await sharedClient()
    try await withTemporaryFolder { folder in
      try folder.write("1", to: "in/file")
      try folder.write(BuildTests.from + "COPY . /x/\nRUN cd /x && find .\n", to: "other")
      var spec = BuildSpec(.folder(folder.path("in")))
      spec.dockerfile = folder.path("other")
      spec.builder = .buildKit
      spec.noCache = true
      let client = ReportingClient(docker)
      try await client.build(spec)
      #expect(client.output.contains("./file\n"))
      #expect(client.output.contains("./.dockerfile."))
    }
    await docker.close()
  }

  @Test("that fail tell the step, its status and its last lines (DE-91)")
  func failure() async throws {
    let docker = try await sharedClient()
    let error = await #expect(throws: DockerError.self) {
      try await docker.build(Self.spec(BuildTests.from + "RUN echo out; echo err >&2; exit 7\n"))
    }
    #expect(error?.detailCode == 7, "\(error.map { "\($0)" } ?? "")")
    #expect(error?.failedStep?.instruction.contains("RUN echo out; echo err >&2; exit 7") == true)
    #expect(Set(error?.failedStep?.output ?? []) == ["out", "err"])
    let syntax = await #expect(throws: DockerError.self) {
      try await docker.build(Self.spec("FORM x\n"))
    }
    #expect(syntax?.message.contains("FORM") == true)
    await docker.close()
  }

  @Test(
    "refuse before sending what would need a session (DE-91)",
    arguments: [
      ("RUN --mount=type=secret,id=x cat /run/secrets/x", "a mount of type secret"),
      ("RUN --mount=type=cache,target=/c \\\n  --mount=type=ssh true", "a mount of type ssh"),
    ]
  )
  func outOfScope(_ line: String, _ words: String) async throws {
    let engine = try await FakeEngine(version: "1.41") { _ in .silence }
    let docker = try DockerClient(baseURL: engine.address)
    let error = await #expect(throws: DockerError.self) {
      try await docker.build(Self.spec("FROM x\n\(line)\n"))
    }
    #expect(error?.code == .invalidArgument)
    #expect(error?.message.contains("\(words), and that is out of scope: ") == true)
    #expect(error?.message.contains("session") == true)
    let frontend = await #expect(throws: DockerError.self) {
      try await docker.build(Self.spec("# syntax=docker/dockerfile:1\nFROM x\n"))
    }
    #expect(frontend?.message.contains("the frontend docker/dockerfile:1") == true)
    #expect(!engine.lines.contains { $0.contains("/build") })
    await docker.close()
    try await engine.stop()
  }

  @Test("explain what the engine says of a session and of logins")
  func explained() {
    let cases = [
      ("failed to solve: no active session for x: context deadline exceeded", "out of scope"),
      ("pull access denied, repository does not exist or may require authorization", "logins"),
    ]
    for (message, hint) in cases {
      var error = DockerError(code: .streamFailed, message: message)
      error.explainBuildKit()
      #expect(error.hint?.contains(hint) == true)
    }
    // The status is the step's, and not one that its command speaks of.
    var error = DockerError(
      code: .streamFailed,
      message:
        "process \"/bin/sh -c echo exit code: 5\" did not complete successfully: exit code: 7"
    )
    error.explainBuildKit()
    #expect(error.detailCode == 7)
  }

  @Test("are cancelled by their id")
  func cancelled() async throws {
    let docker = try await sharedClient()
    let id = UUID().uuidString
    var spec = Self.spec(BuildTests.from + "RUN echo now; sleep 1000\n")
    spec.buildID = id
    let build = try await docker.beginBuild(spec)
    let error = await #expect(throws: DockerError.self) {
      for try await message in build where message.stream?.hasSuffix(" now\n") == true {
        try await docker.cancelBuild(id)
      }
    }
    #expect(error?.message.contains("cancel") == true, "\(error.map { "\($0)" } ?? "")")
    await docker.close()
  }

  @Test("leave caches that are pruned")
  func pruned() async throws {
    let docker = try await sharedClient()
    let mark = UUID().uuidString
    let image = try await docker.build(Self.spec(BuildTests.from + "RUN echo \(mark) >/mark\n"))
    try await docker.removeImage(image)
    let own = { try await docker.diskUsage().buildCache.filter { $0.description.contains(mark) } }
    let record = try #require(try await own().first)
    // This one only. BuildKit keeps a context as a cache as well, and looks for it a moment after it
    // has got it: for a build whose context is pruned in between, the context is "not found".
    let report = try await docker.pruneBuilds(all: true, filters: ["id": .init([record.id])])
    #expect(report.removed == [record.id])
    #expect(report.reclaimedBytes != nil)
    #expect(try await own().isEmpty)
    await docker.close()
  }

  @Test("are read from whatever bytes without failing", arguments: 0..<4)
  func garbage(_ seed: UInt64) {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    var tracker = BuildKitTracker()
    for _ in 0..<2000 {
      var bytes: [UInt8] = []
      for _ in 0..<24 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let byte = UInt8(truncatingIfNeeded: state >> 40)
        bytes.append(state >> 60 < 8 ? [0x0A, 0x12, 0x1A, 0x22, 4][Int(byte % 5)] : byte % 32)
      }
      _ = tracker.lines(for: bytes)
    }
  }

  @Test("number steps, tell their output line by line, and which one failed")
  func lines() {
    var tracker = BuildKitTracker()
    let step = { (digest: String, name: String, rest: [UInt8]) in
      field(1, field(1, digest) + field(3, name) + rest)
    }
    let begun: [UInt8] = [0x2A, 0]
    let ended: [UInt8] = [0x32, 0]
    let log = { (digest: String, text: String) in field(3, field(1, digest) + field(4, text)) }
    #expect(tracker.lines(for: step("a", "[1/2] FROM x", [])) == [])
    #expect(tracker.lines(for: step("a", "[1/2] FROM x", begun)) == ["#1 [1/2] FROM x"])
    #expect(tracker.lines(for: step("a", "", [0x20, 1] + begun + ended)) == ["#1 CACHED"])
    #expect(tracker.lines(for: step("b", "[2/2] RUN y", begun)) == ["#2 [2/2] RUN y"])
    #expect(tracker.lines(for: log("b", "one\ntw")) == ["#2 one"])
    #expect(tracker.lines(for: log("b", "o\nthree")) == ["#2 two"])
    let warning = field(4, field(1, "b") + field(3, "careful"))
    #expect(tracker.lines(for: warning) == ["#2 WARNING: careful"])
    let bytes = { (bytes: [UInt8]) in field(3, field(1, "b") + field(4, bytes)) }
    // A message ends wherever, also within a character or a line's end.
    #expect(tracker.lines(for: bytes([0x0A, 0xC3])) == ["#2 three"])
    #expect(tracker.lines(for: bytes([0xBC, 0x0D])) == [])
    #expect(tracker.lines(for: bytes([0x0A] + Array("five\r\nsix".utf8))) == ["#2 ü", "#2 five"])
    #expect(
      tracker.lines(for: step("b", "", begun + ended + field(7, "exit code: 1")))
        == ["#2 six", "#2 ERROR: exit code: 1"]
    )
    #expect(tracker.failed?.instruction == "[2/2] RUN y")
    #expect(tracker.failed?.output == ["one", "two", "three", "ü", "five", "six"])
  }
}

private func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
  [number << 3 | 2, UInt8(bytes.count)] + bytes
}

private func field(_ number: UInt8, _ text: String) -> [UInt8] {
  field(number, Array(text.utf8))
}

@Suite("What is read of a Dockerfile")
struct DockerfileScanTests {
  @Test(
    "are the images it names",
    arguments: [
      ("FROM a", ["a"]), ("from a as b\nFROM b\nCOPY --from=b x y\nCOPY --from=0 x y", ["a"]),
      ("FROM scratch\nCOPY --from=r.example:5000/c x y", ["r.example:5000/c"]),
      ("ARG X=1\nARG Y=\"z\"\nFROM a:$X-${Y}", ["a:1-z"]), ("ARG V\nFROM a:${V:-2}", ["a:given"]),
      ("FROM --platform=linux/arm64 \\\n  # why\n\n  a AS B\nFROM B", ["a"]),
      ("# escape=`\nFROM `\na", ["a"]), ("# FROM x\nRUN echo \\\nFROM y\nFROM z", ["z"]),
      ("FROM a\nRUN --mount=type=bind,from=t,target=/x true", ["a", "t"]), ("", []),
      ("FROM ${A", [""]), ("FROM a\nARG B=c\nFROM $B", ["a"]), ("FROM", []),
      ("\u{FEFF}FROM a", ["a"]),
      ("FROM a:${W:+x}b", ["a:b"]), ("FROM a\r\nFROM b\r\n", ["a", "b"]),
    ] as [(String, [String])]
  )
  func images(_ text: String, _ images: [String]) {
    let scan = DockerfileScan(text, arguments: ["V": "given", "N": nil])
    #expect(scan.images == images.filter { !$0.isEmpty })
  }

  @Test("are the frontend and the mounts it demands")
  func demands() {
    let scan = DockerfileScan(
      "#syntax = a/b:1\n# escape=\\\nFROM x\nRUN --mount=type=SSH --mount=id=y,type=secret z"
    )
    #expect(scan.frontend == "a/b:1")
    #expect(scan.mounts == ["ssh", "secret"])
    #expect(DockerfileScan("FROM x\n# syntax=a").frontend == nil)
    #expect(DockerfileScan("# a comment = x\n# syntax=a").frontend == nil)
  }
}

@Suite("The step of a build that is under way")
struct BuildTrackerTests {
  @Test("is known, with its last lines, however they come")
  func tracker() {
    var tracker = BuildTracker()
    #expect(tracker.current == nil)
    for text in [
      "Step 1/2 : FROM x\n", " ---> 0f\n", "Step 2", "/2 : RUN y", "\n", "\u{1B}[91mred",
    ] {
      tracker.add(text)
    }
    #expect(tracker.current?.instruction == "Step 2/2 : RUN y")
    #expect(tracker.current?.output == ["red"])
    tracker.add("\u{1B}[0m\nStep x : y\n")
    #expect(tracker.current?.output == ["red", "Step x : y"])
    tracker.add("one\r\ntwo\r")
    tracker.add("\n\u{301}three\r\n")
    #expect(tracker.current?.output == ["red", "Step x : y", "one", "two", "\u{301}three"])
    for _ in 0..<100 { tracker.add(String(repeating: "x", count: 100_000)) }
    #expect(tracker.current?.output.last?.count ?? 0 <= 4096)
  }
}
