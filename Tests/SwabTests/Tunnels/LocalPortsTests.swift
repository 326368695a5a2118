import NIOCore
import NIOPosix
import Testing

@testable import Swab

@Suite("Local ports of tunnels")
struct LocalPortsTests {
  private func bind(_ port: Int) async throws -> any Channel {
    try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .bind(host: "127.0.0.1", port: port).get()
  }

  @Test("two tasks never get the same port, and used ones are skipped (DF-8)")
  func parallel() async throws {
    let ports = LocalPorts()
    let first = 18_200
    let used = try await bind(first + 3)
    let bound = try await withThrowingTaskGroup(of: (channel: any Channel, port: Int).self) {
      group in
      for _ in 0..<20 { group.addTask { try await ports.bind(from: first) { try await bind($0) } } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    let numbers = bound.map(\.port).sorted()
    #expect(Set(numbers).count == 20)
    #expect(numbers.first == first)
    #expect(!numbers.contains(first + 3))
    for channel in bound.map(\.channel) { try await channel.close() }
    try await used.close()
    for number in numbers { ports.release(number) }
    let again = try await ports.bind(from: first) { try await bind($0) }
    #expect(again.port == first)
    try await again.channel.close()
  }

  @Test("an error other than a used port is the caller's, and gives the port back")
  func failure() async throws {
    struct Broken: Error {}
    let ports = LocalPorts()
    await #expect(throws: Broken.self) {
      try await ports.bind(from: 18_300) { _ in throw Broken() }
    }
    let bound = try await ports.bind(from: 18_300) { try await bind($0) }
    #expect(bound.port == 18_300)
    try await bound.channel.close()
  }
}
