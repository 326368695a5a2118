internal import NIOCore

/// The ports of one container, as the docker CLI's `--publish` and `--expose` write them.
///
/// | text | meaning |
/// | --- | --- |
/// | `80`, `80/udp`, `2000-2001` | exposed, not published |
/// | `1000:2000` | port 2000 of the container at port 1000 of the host |
/// | `127.0.0.1:1000:2000/tcp`, `[::1]:1000:2000` | the same at that address only |
/// | `127.0.0.1::2000` | at any free port of that address |
/// | `1000-1001:2000-2001` | port by port |
/// | `1000-1001:2000` | at whichever of these ports is free |
public struct PortMapping: Sendable, Hashable {
  /// The container's ports, such as `80/tcp`.
  public var exposedPorts: [String]
  /// Where they are published; nowhere if it is empty.
  public var bindings: [PortBinding]

  /// Reads ports in one of the forms above.
  ///
  /// - Parameter text: The ports.
  /// - Throws: A ``DockerError`` with code `invalidArgument` if they are in no such form, or ranges
  ///   are of different lengths.
  public init(parsing text: String) throws {
    let (ports, type) = try Self.splitProtocol(text)
    var parts = ports.split(separator: ":", omittingEmptySubsequences: false)
    let container = try Self.range(parts.removeLast(), in: text)
    exposedPorts = container.map { "\($0)/\(type)" }
    guard let host = parts.popLast() else {
      bindings = []
      return
    }
    let address = try Self.address(parts.joined(separator: ":"), in: text)
    guard !host.isEmpty || address != nil else { throw Self.failure(text) }
    let hostPorts = host.isEmpty ? nil : try Self.range(host, in: text)
    bindings = try Self.pairs(container, hostPorts, in: text).map { port, first, last in
      PortBinding(port, type: type, hostPort: first, lastHostPort: last, hostAddress: address)
    }
  }

  private static func splitProtocol(_ text: String) throws -> (ports: Substring, type: String) {
    guard let slash = text.firstIndex(of: "/") else { return (text[...], "tcp") }
    let type = String(text[text.index(after: slash)...])
    guard ["tcp", "udp", "sctp"].contains(type) else { throw failure(text) }
    return (text[..<slash], type)
  }

  private static func range(_ part: Substring, in text: String) throws -> ClosedRange<Int> {
    let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { port($0) }
    guard
      (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1],
      first <= last
    else { throw failure(text) }
    return first...last
  }

  private static func port(_ text: Substring) -> Int? {
    // `Int` would take a sign as well.
    guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int(text).flatMap { (1...65535).contains($0) ? $0 : nil }
  }

  private static func address(_ part: String, in text: String) throws -> String? {
    guard !part.isEmpty else { return nil }
    let isBracketed = part.hasPrefix("[") && part.hasSuffix("]")
    let address = isBracketed ? String(part.dropFirst().dropLast()) : part
    guard (try? SocketAddress(ipAddress: address, port: 0)) != nil else { throw failure(text) }
    return address
  }

  private typealias Pair = (port: Int, first: Int?, last: Int?)

  private static func pairs(
    _ container: ClosedRange<Int>,
    _ host: ClosedRange<Int>?,
    in text: String
  ) throws -> [Pair] {
    guard let host else { return container.map { ($0, nil, nil) } }
    if host.count == container.count { return zip(container, host).map { ($0, $1, nil) } }
    guard container.count == 1 else { throw failure(text) }
    return [(container.lowerBound, host.lowerBound, host.upperBound)]
  }

  private static func failure(_ text: String) -> DockerError {
    .invalidArgument(
      "'\(text)' is no mapping of ports such as 80, 8080:80/udp or 127.0.0.1:8000-8001:80-81"
    )
  }
}

extension ContainerSpec {
  /// Exposes ports, and publishes them where the text says where.
  ///
  /// - Parameter texts: Ports, such as `80`, `8080:80` or `127.0.0.1::53/udp`; see ``PortMapping``.
  /// - Throws: A ``DockerError`` with code `invalidArgument`.
  public mutating func publish(_ texts: String...) throws {
    for mapping in try texts.map({ try PortMapping(parsing: $0) }) {
      exposedPorts += mapping.exposedPorts
      hostConfig.portBindings += mapping.bindings
    }
  }
}
