import NIOCore
import SwabTestSupport
import Synchronization
import Testing

@testable import SwabDocker

@Suite("Uploads")
struct UploadTests {
  /// A tar archive of one file of zeros.
  static func tar(_ name: String, bytes: Int) -> DockerUpload {
    DockerUpload(produce: { write in
      var header = [UInt8](repeating: 0, count: 512)
      func set(_ text: String, at offset: Int) {
        header.replaceSubrange(offset..<(offset + text.utf8.count), with: Array(text.utf8))
      }
      set(name, at: 0)
      set("0000644", at: 100)
      set("0000000", at: 108)
      set("0000000", at: 116)
      let size = String(bytes, radix: 8)
      set(String(repeating: "0", count: 11 - size.count) + size, at: 124)
      set("00000000000", at: 136)
      set("        ", at: 148)
      set("0", at: 156)
      set("ustar\u{0}00", at: 257)
      let sum = String(header.reduce(0) { $0 + Int($1) }, radix: 8)
      set(String(repeating: "0", count: 6 - sum.count) + sum + "\u{0} ", at: 148)
      try await write(ByteBuffer(bytes: header))
      let padded = (bytes + 511) / 512 * 512
      var left = padded + 1024
      while left > 0 {
        let count = min(left, 1 << 18)
        try await write(ByteBuffer(repeating: 0, count: count))
        left -= count
      }
    })
  }

  private static func build(tag: String) -> DockerCall {
    var call = DockerCall(.POST, "/build")
    call.add("t", tag)
    call.upload = tar("zeros", bytes: 40 << 20)
    return call
  }

  @Test("that the engine refuses early end with its reason (DE-82)", arguments: 1...5)
  func earlyRefusal(_ attempt: Int) async throws {
    let docker = try await sharedClient()
    let error = await #expect(throws: DockerError.self) {
      try await docker.reply(to: Self.build(tag: "Bad:1"))
    }
    #expect(error?.status == 500 || error?.status == 400)
    #expect(error?.message.contains("invalid reference format") == true)
    try await docker.ping()
    await docker.close()
  }

  @Test("arrive whole, however large they are (DE-63)")
  func archive() async throws {
    let docker = try await sharedClient()
    try await withContainer(.script("wc -c </tmp/zeros"), of: docker) { name in
      try await docker.putArchive(name, path: "/tmp", Self.tar("zeros", bytes: 1 << 30))
      #expect(try await docker.stat(name, path: "/tmp/zeros").size == 1 << 30)
      var count = 0
      for try await piece in try await docker.archive(name, path: "/tmp/zeros").bytes {
        count += piece.count
      }
      #expect(count >= 1 << 30)
    }
    await docker.close()
  }

  @Test("that fail at their source fail with that error, and end the request")
  func sourceFails() async throws {
    struct Broken: Error {}
    let docker = try await sharedClient()
    try await withContainer(.script("true"), of: docker) { name in
      await #expect(throws: Broken.self) {
        try await docker.putArchive(
          name,
          path: "/tmp",
          DockerUpload(produce: { write in
            try await write(ByteBuffer(repeating: 0, count: 100))
            throw Broken()
          })
        )
      }
      let error = await #expect(throws: DockerError.self) {
        try await docker.putArchive(name, path: "/tmp", .file("/no/such/file"))
      }
      #expect(error?.code == .fileFailed)
      #expect(error?.message.contains("/no/such/file: No such file") == true)
      #expect(await docker.transport.openConnections() <= 1)
    }
    await docker.close()
  }

  @Test("end their source when the task is cancelled")
  func cancelled() async throws {
    let docker = try await sharedClient()
    try await withContainer(.script("true"), of: docker) { name in
      let (started, continuation) = AsyncStream.makeStream(of: Void.self)
      let isEnded = Mutex(false)
      let task = Task {
        defer { continuation.finish() }
        try await docker.putArchive(
          name,
          path: "/tmp",
          DockerUpload(produce: { write in
            defer { isEnded.withLock { $0 = true } }
            try await write(ByteBuffer(repeating: 0, count: 512))
            continuation.yield()
            try await Task.sleep(for: .seconds(1000))
          })
        )
      }
      for await _ in started { break }
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      #expect(isEnded.withLock { $0 })
    }
    await docker.close()
  }

  @Test("may take longer than a request, while the engine takes them")
  func slowSource() async throws {
    let docker = try await sharedClient(timeout: .seconds(4))
    try await withContainer(.script("true"), of: docker) { name in
      let tar = Self.tar("zeros", bytes: 1000)
      try await docker.putArchive(
        name,
        path: "/tmp",
        DockerUpload(produce: { write in
          try await docker.timersFired(within: .seconds(4))
          try await tar.produce(write)
        })
      )
      #expect(try await docker.stat(name, path: "/tmp/zeros").size == 1000)
    }
    await docker.close()
  }

  @Test("to an engine that takes nothing are given up")
  func stuckEngine() async throws {
    let engine = try await FakeEngine { request in
      request.path.hasSuffix("_ping")
        ? .bytes("HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: 0\r\n\r\n") : .silence
    }
    let docker = try DockerClient(baseURL: engine.address, timeout: .milliseconds(300))
    let error = await #expect(throws: DockerError.self) {
      try await docker.putArchive("x", path: "/tmp", Self.tar("zeros", bytes: 1 << 30))
    }
    #expect(error?.isTimeout == true)
    await docker.close()
    try await engine.stop()
  }
}
