import NIOCore
import Testing

@testable import SwabDocker

@Suite("Lanes of a copied image")
struct ImageCopyLaneTests {
  private static let half = ByteBuffer(repeating: 1, count: ImageCopyLane.limit / 2)

  @Test("give what they got, and end")
  func passing() async throws {
    let lane = ImageCopyLane()
    async let filled: Void = {
      for number in 1...1000 { await lane.fill(ByteBuffer(integer: number)) }
      lane.complete()
    }()
    var numbers: [Int] = []
    while var piece = try await lane.next() { numbers.append(piece.readInteger() ?? 0) }
    await filled
    #expect(numbers == Array(1...1000))
    #expect(lane.sentBytes == 8000)
    #expect(try await lane.next() == nil)
  }

  @Test("keep waiting who fills them faster than they are emptied")
  func full() async throws {
    let lane = ImageCopyLane()
    await lane.fill(Self.half)
    await lane.fill(Self.half)
    let third = Task { await lane.fill(Self.half) }
    _ = try await lane.next()
    await third.value
    lane.complete()
    var rest = 0
    while let piece = try await lane.next() { rest += piece.readableBytes }
    #expect(rest == ImageCopyLane.limit)
  }

  @Test("let everybody go when they are closed")
  func closed() async throws {
    let lane = ImageCopyLane()
    let reader = Task { try await lane.next() }
    lane.close()
    await #expect(throws: CancellationError.self) { try await reader.value }
    for _ in 1...3 { await lane.fill(Self.half) }
    let full = ImageCopyLane()
    for _ in 1...2 { await full.fill(Self.half) }
    let writer = Task { await full.fill(Self.half) }
    full.close()
    await writer.value
    #expect(full.isClosed)
  }

  @Test("let go whose task is cancelled")
  func cancelled() async throws {
    let lane = ImageCopyLane()
    let reader = Task { try await lane.next() }
    reader.cancel()
    await #expect(throws: CancellationError.self) { try await reader.value }
    for _ in 1...2 { await lane.fill(Self.half) }
    let writer = Task { await lane.fill(Self.half) }
    writer.cancel()
    await writer.value
  }

  @Test("know since when something could have been taken")
  func idle() async throws {
    let lane = ImageCopyLane()
    #expect(lane.idleSince == nil)
    await lane.fill(ByteBuffer(integer: 1))
    await lane.fill(ByteBuffer(integer: 2))
    let first = try #require(lane.idleSince)
    _ = try await lane.next()
    #expect(try #require(lane.idleSince) > first)
    _ = try await lane.next()
    #expect(lane.idleSince == nil)
    lane.complete()
    let end = try #require(lane.idleSince)
    lane.showLife()
    #expect(try #require(lane.idleSince) > end)
  }
}
