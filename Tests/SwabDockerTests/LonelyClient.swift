import Foundation
import NIOCore
import NIOPosix
import SwabTestSupport

@testable import SwabDocker

/// A client whose thread is in a network of its own, where the kernel knows no connections but its:
/// so a test sees when the engine, which others use at the same time, is through with one.
final class LonelyClient: Sendable {
  let docker: DockerClient
  private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  private let socketPath: String

  init(of engine: DockerEngine) async throws {
    socketPath = engine.socketPath
    let loop = group.next()
    try await loop.submit { try leaveNetwork() }.get()
    docker = try DockerClient(
      address: DockerAddress(parsing: socketPath),
      eventLoop: loop,
      registryLogins: .none()
    )
  }

  /// How many connections the client has.
  func connections() async -> Int {
    await docker.transport.openConnections()
  }

  /// How many connections the engine has with the client; one that the client has closed is among
  /// them until the engine closes it as well.
  func engineConnections() async throws -> Int {
    let table = try await group.next().submit {
      try String(contentsOfFile: "/proc/thread-self/net/unix", encoding: .utf8)
    }.get()
    return table.split(separator: "\n").count { line in
      let fields = line.split(separator: " ")
      // The engine's ends have the path of the socket that they were accepted from.
      return fields.count == 8 && fields[7] == socketPath && fields[5] == "03"
    }
  }

  func close() async throws {
    await docker.close()
    try await group.shutdownGracefully()
  }
}

/// Takes the current thread, and no other, to a network of its own.
private func leaveNetwork() throws {
  typealias Unshare = @convention(c) (CInt) -> CInt
  // Swift's view of glibc leaves this function out.
  guard let symbol = dlsym(nil, "unshare") else { throw TestSupportError("there is no unshare") }
  let newNetwork: CInt = 0x4000_0000
  guard unsafeBitCast(symbol, to: Unshare.self)(newNetwork) == 0 else {
    throw TestSupportError("leaving the network: \(String(cString: strerror(errno)))")
  }
}
