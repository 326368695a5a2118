import SwabTestSupport
import Synchronization
import Testing

@testable import SwabSSH

@Suite("What is made once for all who ask")
struct SingleFlightTests {
  /// Makes 42 when it is told to, or as soon as it is cancelled.
  private final class Maker: Sendable {
    let isOpen = Mutex(false)
    let begun = Mutex(0)
    let wasCancelled = Mutex(false)

    func make() async throws -> Int {
      begun.withLock { $0 += 1 }
      while !isOpen.withLock({ $0 }), !Task.isCancelled { await Task.yield() }
      if Task.isCancelled { wasCancelled.withLock { $0 = true } }
      return 42
    }

    func waitForBegin() async throws {
      try await eventually("the begin") { begun.withLock { $0 > 0 } }
    }
  }

  @Test("who leaves takes it from nobody else")
  func leaving() async throws {
    let (flight, maker) = (SingleFlight<Int>(), Maker())
    let leaving = Task { try await flight.value { try await maker.make() } }
    try await maker.waitForBegin()
    let staying = Task { try await flight.value { try await maker.make() } }
    leaving.cancel()
    await #expect(throws: CancellationError.self) { try await leaving.value }
    maker.isOpen.withLock { $0 = true }
    #expect(try await staying.value == 42)
    #expect(await flight.end() == 42)
  }

  @Test("when the last one leaves it is cancelled, and what it made all the same is discarded")
  func leftByAll() async throws {
    let discarded = Mutex<[Int]>([])
    let flight = SingleFlight<Int> { value in discarded.withLock { $0.append(value) } }
    let maker = Maker()
    let only = Task { try await flight.value { try await maker.make() } }
    try await maker.waitForBegin()
    only.cancel()
    await #expect(throws: CancellationError.self) { try await only.value }
    #expect(await flight.end() == nil)
    #expect(maker.wasCancelled.withLock { $0 })
    #expect(discarded.withLock { $0 } == [42])
  }

  @Test("ending it ends the waiting, and waits for what runs")
  func ended() async throws {
    let discarded = Mutex<[Int]>([])
    let flight = SingleFlight<Int> { value in discarded.withLock { $0.append(value) } }
    let maker = Maker()
    let waiting = Task { try await flight.value { try await maker.make() } }
    try await maker.waitForBegin()
    #expect(await flight.end() == nil)
    await #expect(throws: CancellationError.self) { try await waiting.value }
    #expect(discarded.withLock { $0 } == [42])
  }
}
