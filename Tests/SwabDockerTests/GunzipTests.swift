import Foundation
import NIOCore
import SwabTestSupport
import Synchronization
import Testing

@testable import SwabDocker

@Suite("Gzip")
struct GunzipTests {
  /// What the gzip program makes of these bytes.
  private static func packed(_ bytes: [UInt8]) async throws -> [UInt8] {
    try await withTemporaryFolder { folder in
      let path = folder.path("plain")
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      #expect(try await RunningProcess.run("gzip", [path]).exitStatus == 0)
      return Array(try Data(contentsOf: URL(fileURLWithPath: path + ".gz")))
    }
  }

  private static func unpack(_ pieces: [[UInt8]]) async throws -> (bytes: [UInt8], pieces: Int) {
    let rest = Mutex(pieces[...])
    let gunzip = GunzipStream()
    var (bytes, count): ([UInt8], Int) = ([], 0)
    while let piece = try await gunzip.next({
      rest.withLock { $0.popFirst() }.map { ByteBuffer(bytes: $0) }
    }) {
      bytes += piece.readableBytesView
      count += 1
    }
    return (bytes, count)
  }

  @Test("is unpacked the same cut at any byte (DE-66)")
  func cuts() async throws {
    let bytes = Array("hello, hello, hello, hello, ü\n".utf8)
    let packed = try await Self.packed(bytes)
    for cut in 0...packed.count {
      let pieces = [Array(packed[..<cut]), Array(packed[cut...])]
      #expect(try await Self.unpack(pieces).bytes == bytes, "cut at \(cut)")
    }
    #expect(try await Self.unpack(packed.map { [$0] }).bytes == bytes)
    #expect(try await Self.unpack([packed, packed]).bytes == bytes + bytes)
    #expect(try await Self.unpack([packed + packed]).bytes == bytes + bytes)
  }

  @Test("unpacks to much, piece by piece")
  func bomb() async throws {
    let packed = try await Self.packed([UInt8](repeating: 0, count: 10 << 20))
    #expect(packed.count < 1 << 16)
    let result = try await Self.unpack([packed])
    #expect(result.bytes.count == 10 << 20)
    #expect(result.pieces >= 80)
  }

  @Test("that is broken or cut off is an error", arguments: [true, false])
  func broken(isCut: Bool) async throws {
    var packed = try await Self.packed(Array("hello, hello, hello".utf8))
    if isCut { packed.removeLast() } else { packed[packed.count - 6] ^= 1 }
    let pieces = [packed]
    let error = await #expect(throws: DockerError.self) { try await Self.unpack(pieces) }
    #expect(error?.code == (isCut ? .streamTruncated : .unexpectedReply))
    let garbage = await #expect(throws: DockerError.self) {
      try await Self.unpack([Array("no gzip at all".utf8)])
    }
    #expect(garbage?.code == .unexpectedReply)
  }
}
