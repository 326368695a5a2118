import NIOCore
import SwabTestSupport
import Testing

@testable import SwabDocker

@Suite("Progress")
struct ProgressTests {
  /// The messages of a stream that an engine answers with, and its error.
  private func messages(
    _ body: String,
    proof: ProgressProof? = nil
  ) async throws -> (messages: [ProgressMessage], error: DockerError?) {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    let engine = try await FakeEngine(version: "1.41") { _ in
      .bytes("\(head)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }
    let docker = try DockerClient(baseURL: engine.address)
    let progress = try await docker.progress(DockerCall(.POST, "/images/create"), proof: proof)
    var (messages, failure): ([ProgressMessage], DockerError?) = ([], nil)
    do {
      for try await message in progress { messages.append(message) }
    } catch let error as DockerError {
      failure = error
      var iterator = progress.makeAsyncIterator()
      #expect(try await iterator.next() == nil)
    }
    try await eventually("the connection is gone") { engine.journal.open == 1 }
    await docker.close()
    try await engine.stop()
    return (messages, failure)
  }

  @Test("is read message by message")
  func fields() async throws {
    let (messages, error) = try await messages(
      """
      {"status":"Pulling from team/big","id":"v1"}\r
      {"status":"Downloading","progressDetail":{"current":7,"total":9},"progress":"[=>]","id":"ab"}\r
      {"progressDetail":{},"aux":{"Tag":"v1","Digest":"sha256:1"}}\r
      {"stream":"Step 1/2 : FROM x"}\r
      {"status":"Extracting","progressDetail":{"current":3,"units":"s"},"id":"ab","new":[1]}\r\n
      """
    )
    #expect(error == nil)
    #expect(
      messages.map(\.status) == ["Pulling from team/big", "Downloading", nil, nil, "Extracting"]
    )
    #expect(messages.map(\.id) == ["v1", "ab", nil, nil, "ab"])
    #expect(messages.map(\.current) == [nil, 7, nil, nil, 3])
    #expect(messages.map(\.total) == [nil, 9, nil, nil, nil])
    #expect(messages[2].aux?["Digest"] == "sha256:1")
    #expect(messages[3].stream == "Step 1/2 : FROM x")
    #expect(messages[4].raw["new"] == [1])
    #expect(messages.allSatisfy { $0.error == nil })
  }

  @Test("throws the engine's error after the messages before it")
  func errorDetail() async throws {
    let (messages, error) = try await messages(
      """
      {"status":"Pushing","progressDetail":{"current":7,"total":9},"id":"ab"}\r
      {"stream":"one"}\r
      {"errorDetail":{"message":"no space left on device"},"error":"old words"}\r
      {"stream":"two"}\r\n
      """,
      proof: .push
    )
    #expect(messages.map(\.stream) == [nil, "one"])
    #expect(error?.code == .streamFailed)
    #expect(error?.message == "no space left on device")
    #expect(error?.path == "/images/create")
    #expect(error?.detailCode == nil)
  }

  @Test(
    "has errors of a kind, though the status is 200",
    arguments: [
      (#"{"error":"unauthorized: authentication required"}"#, .unauthorized, nil),
      (#"{"errorDetail":{"message":"no basic auth credentials"}}"#, .unauthorized, nil),
      (
        #"{"errorDetail":{"message":"login attempt failed with status: 401 Unauthorized"}}"#,
        .unauthorized, nil
      ),
      (
        #"{"errorDetail":{"message":"manifest for r/x:y not found: manifest unknown: z"}}"#,
        .notFound, nil
      ),
      (
        #"{"errorDetail":{"message":"An image does not exist locally with the tag: r/x"}}"#,
        .notFound, nil
      ),
      (#"{"errorDetail":{"message":"tag does not exist: r/x:y"}}"#, .notFound, nil),
      (
        #"{"errorDetail":{"code":7,"message":"'echo unauthorized' returned a non-zero code: 7"}}"#,
        .streamFailed, 7
      ),
      (#"{"error":""}"#, .streamFailed, nil),
    ] as [(String, DockerError.Code, Int?)]
  )
  func kinds(_ text: String, _ code: DockerError.Code, _ number: Int?) async throws {
    let error = try await messages(text).error
    #expect(error?.code == code)
    #expect(error?.detailCode == number)
    #expect(error?.message.isEmpty == false)
  }

  static let proofs: [(ProgressProof, String)] = [
    (.pull, #"{"status":"Status: Image is up to date for x"}"#),
    (.push, #"{"progressDetail":{},"aux":{"Tag":"v1","Digest":"sha256:1","Size":5}}"#),
    (.build(.result), #"{"aux":{"ID":"sha256:1"}}"#),
    (.build(.line), #"{"stream":"sha256:1\n"}"#),
    (.build(.beginning), #"{"stream":"Successfully built 0f1e2d3c4b5a\n"}"#),
    (.load, #"{"stream":"Loaded image: x:latest\n"}"#),
    (.load, #"{"stream":"Loaded image ID: sha256:1\n"}"#),
    (.import, #"{"status":"sha256:1"}"#),
  ]

  @Test("that just ends is no success", arguments: ProgressTests.proofs)
  func proof(_ proof: ProgressProof, _ text: String) async throws {
    let complete = try await messages("{\"status\":\"x\"}\r\n\(text)\r\n", proof: proof)
    #expect(complete.error == nil)
    #expect(complete.messages.count == 2)
    let others = #"{"status":"x"}{"stream":"y"}{"aux":"z"}{"aux":{"Q":1}}"#
    let incomplete = try await messages(others, proof: proof)
    #expect(incomplete.messages.count == 4)
    #expect(incomplete.error?.code == .streamTruncated)
    #expect(
      incomplete.error?.message == "the answer ended before the \(proof.action) was complete"
    )
    #expect(try await messages("").error == nil)
  }

  @Test("that is no JSON, or ends within a message, is an error")
  func broken() async throws {
    let garbage = try await messages("{}\r\nBad Gateway")
    #expect(garbage.messages.count == 1)
    #expect(garbage.error?.code == .invalidJSON)
    let truncated = try await messages("{}\r\n{\"status\":")
    #expect(truncated.messages.count == 1)
    #expect(truncated.error?.code == .streamTruncated)
  }

  @Test("that nobody reads stays with the engine, and frees its connection when it is let go")
  func slowReader() async throws {
    let message = "{\"status\":\"Loading layer\",\"id\":\"ab\"}\r\n"
    let body = String(repeating: message, count: 200_000)
    let engine = try await FakeEngine(version: "1.41") { _ in
      .bytes("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }
    let docker = try DockerClient(baseURL: engine.address)
    let progress = try await docker.progress(DockerCall(.POST, "/images/create"))
    var count = 0
    for try await _ in progress {
      count += 1
      if count % 1000 == 0 {
        #expect(await progress.source.values.body.bufferedBytes() < 1 << 20)
      }
      if count == 20_000 { break }
    }
    progress.close()
    try await eventually("the connection is gone") { engine.journal.open == 1 }
    await docker.close()
    try await engine.stop()
  }

  @Test("becomes a line for each thing that is news, and no more (DF 23)")
  func lines() throws {
    var lines = ProgressLines()
    var said: [String] = []
    let text = """
      {"status":"Pulling from team/big","id":"v1"}
      {"status":"Downloading","progressDetail":{"current":1,"total":9},"id":"ab"}
      {"status":"Downloading","progressDetail":{"current":2,"total":9},"id":"ab"}
      {"status":"Downloading","progressDetail":{"current":2,"total":9},"id":"cd"}
      {"status":"Downloading","progressDetail":{"current":9,"total":9},"id":"ab"}
      {"status":"Pull complete","progressDetail":{},"id":"ab"}
      {"status":"Status: Downloaded newer image"}
      {"stream":"Step 1/2 : RUN x"}{"stream":"\\n"}
      {"stream":"\\u001b[91mred\\u001b[0m\\u0007\\r\\n 10%\\r 20%\\r\\ntwo\\u0000\\n"}
      {"aux":{"ID":"sha256:1"}}
      """
    for value in try JSONStreamTests.values(text) {
      said += lines.lines(for: ProgressMessage(raw: value))
    }
    #expect(
      said == [
        "v1: Pulling from team/big", "ab: Downloading", "cd: Downloading", "ab: Pull complete",
        "Status: Downloaded newer image", "Step 1/2 : RUN x", "red", "10%", "20%", "two",
      ]
    )
  }

  @Test("of many things is not remembered without end")
  func memory() {
    var lines = ProgressLines()
    for round in 0..<2 {
      for number in 0..<5000 {
        let message: JSONValue = ["id": .string("\(number)"), "status": "Waiting"]
        let said = lines.lines(for: ProgressMessage(raw: message))
        #expect(said == ["\(number): Waiting"], "\(round)")
      }
    }
  }
}
