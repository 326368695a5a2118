import NIOCore
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Gives out local ports for tunnels: from the configured one upwards, each once while it is in
/// use, also under parallel tasks; ports that others hold are skipped.
final class LocalPorts: Sendable {
  private let taken: Mutex<Set<Int>> = Mutex([])

  /// Binds the first free port.
  ///
  /// - Parameters:
  ///   - first: The port to start with.
  ///   - bind: Binds a port; it is asked again with the next one if the port is in use.
  /// - Returns: The bound channel and its port.
  /// - Throws: ``TaskError`` if no port is free or `first` may not be bound.
  func bind(
    from first: Int,
    _ bind: (Int) async throws -> any Channel
  ) async throws -> (channel: any Channel, port: Int) {
    var port = first
    while let candidate = claim(from: port) {
      do {
        return (try await bind(candidate), candidate)
      } catch let error as IOError where error.errnoCode == EADDRINUSE {
        release(candidate)
        port = candidate + 1
      } catch let error as IOError where error.errnoCode == EACCES {
        release(candidate)
        throw TaskError(
          .tunnelFailed,
          "local port \(candidate) needs more rights than you have",
          hint: "set docker_tunnel_local_port to 1024 or above"
        )
      } catch {
        release(candidate)
        throw error
      }
    }
    throw TaskError(
      .tunnelFailed,
      "no local port from \(first) to 65535 is free for a tunnel",
      hint: "set docker_tunnel_local_port lower"
    )
  }

  /// Gives a port back.
  func release(_ port: Int) { taken.withLock { _ = $0.remove(port) } }

  private func claim(from first: Int) -> Int? {
    taken.withLock { taken in
      var port = first
      while port <= 65535, taken.contains(port) { port += 1 }
      guard port <= 65535 else { return nil }
      taken.insert(port)
      return port
    }
  }
}
