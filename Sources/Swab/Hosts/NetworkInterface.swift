#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A network interface of a host, with its addresses.
public struct NetworkInterface: Sendable, Hashable {
  /// Its name, such as `docker0`.
  public var name: String
  /// Its IPv4 addresses, in the host's order.
  public var ipv4: [String] = []
  /// Its IPv6 addresses: those that others can reach first, in the host's order.
  public var ipv6: [String] = []

  /// An interface without addresses.
  public init(name: String) {
    self.name = name
  }
}

extension NetworkInterface {
  /// Shows all interfaces: `ip` is there nearly everywhere, in busybox without JSON, and where it isn't,
  /// `ifconfig` mostly is.
  static let command =
    // Where only root's PATH has them, others may run them as well.
    "PATH=\"$PATH:/usr/sbin:/sbin\"; ip -j addr 2>/dev/null || ip addr 2>/dev/null || ifconfig -a"

  /// Reads what `ip -j addr` prints, or `ip addr` where that knows no JSON, or `ifconfig`.
  ///
  /// - Parameter text: What was printed.
  /// - Returns: The interfaces, in its order.
  static func list(_ text: String) -> [NetworkInterface] {
    guard text.first == "[" else { return plainList(text) }
    let values = (try? JSONValue(parsing: text))?.array ?? []
    // Where addresses of one family are asked for, the other interfaces come as empty objects.
    return values.compactMap { value in
      guard let name = value["ifname"]?.string else { return nil }
      var interface = NetworkInterface(name: name)
      for entry in value["addr_info"]?.array ?? [] {
        guard let address = entry["local"]?.string else { continue }
        interface.add(address, entry["family"]?.string ?? "")
      }
      return interface
    }
  }

  private mutating func add(_ address: String, _ family: String) {
    switch family {
    case "inet": ipv4.append(address)
    case "inet6" where Self.isLinkLocal(address): ipv6.append(address)
    case "inet6":
      ipv6.insert(address, at: ipv6.firstIndex(where: Self.isLinkLocal) ?? ipv6.endIndex)
    default: break
    }
  }

  /// Whether an IPv6 address holds on the interface's own wire only.
  private static func isLinkLocal(_ address: String) -> Bool {
    address.lowercased().hasPrefix("fe80:")
  }

  /// Reads lines of which those that aren't indented begin an interface.
  ///
  /// They are `2: eth0@if7: <…>`, and of ifconfig `eth0: flags=…` or `eth0      Link encap:…`. The word
  /// after `inet` or `inet6` is an address, in old ifconfigs with `addr:` before it.
  private static func plainList(_ text: String) -> [NetworkInterface] {
    var interfaces: [NetworkInterface] = []
    for line in text.split(whereSeparator: \.isNewline) {
      let words = line.split(whereSeparator: \.isWhitespace)
      guard let first = words.first else { continue }
      if line.first?.isWhitespace == false {
        let isNumbered = first.last == ":" && Int(first.dropLast()) != nil
        let name = isNumbered && words.count > 1 ? words[1] : first
        // The names of ifconfig's aliases have a colon in them, `eth0:1`.
        interfaces.append(NetworkInterface(name: String(name.prefix { $0 != "@" && $0 != ":" })))
      } else if first == "inet" || first == "inet6", !interfaces.isEmpty {
        let rest = words.dropFirst().drop { $0 == "addr:" }
        guard var address = rest.first?.prefix(while: { $0 != "/" && $0 != "%" }) else { continue }
        if address.hasPrefix("addr:") { address = address.dropFirst("addr:".count) }
        if !address.isEmpty { interfaces[interfaces.count - 1].add(String(address), String(first)) }
      }
    }
    return interfaces
  }

  /// An IPv6 address in eight groups of four digits.
  ///
  /// - Parameter address: The address, such as `::1`.
  /// - Returns: It in full; nil if it is no IPv6 address.
  static func expanded(_ address: String) -> String? {
    var bytes = in6_addr()
    guard inet_pton(AF_INET6, String(address.prefix { $0 != "%" }), &bytes) == 1 else { return nil }
    let values = withUnsafeBytes(of: bytes) { Array($0) }
    let digits = values.map { byte in
      let text = String(byte, radix: 16)
      return text.count == 1 ? "0" + text : text
    }
    return stride(from: 0, to: 16, by: 2).map { digits[$0] + digits[$0 + 1] }
      .joined(separator: ":")
  }
}

extension Host {
  /// The network interfaces of the host, with their addresses.
  ///
  /// - Returns: The interfaces, in the host's order.
  /// - Throws: ``TaskError`` if the host has no `ip` command, and no `ifconfig`; an error of the
  ///   connection.
  public func networkInterfaces() async throws -> [NetworkInterface] {
    NetworkInterface.list(try await stdoutResult(NetworkInterface.command) ?? "")
  }

  /// The IPv4 address of an interface of the host.
  ///
  /// - Parameter interface: Its name.
  /// - Returns: The first address; nil if it has none.
  /// - Throws: ``TaskError`` if there is no such interface; an error of the connection.
  public func ipv4Address(of interface: String = "docker0") async throws -> String? {
    try await networkInterface(interface).ipv4.first
  }

  /// The IPv6 address of an interface of the host.
  ///
  /// - Parameters:
  ///   - interface: Its name.
  ///   - expand: Whether it is written in eight groups of four digits.
  /// - Returns: The first address that others can reach, else the first one; nil if it has none.
  /// - Throws: ``TaskError`` if there is no such interface; an error of the connection.
  public func ipv6Address(
    of interface: String = "docker0",
    expand: Bool = false
  ) async throws -> String? {
    let address = try await networkInterface(interface).ipv6.first
    return expand ? address.flatMap { NetworkInterface.expanded($0) } : address
  }

  private func networkInterface(_ name: String) async throws -> NetworkInterface {
    try await networkInterfaces().interface(name, host: self.name)
  }
}

extension [NetworkInterface] {
  /// The interface of a name.
  ///
  /// - Throws: ``TaskError`` if there is none.
  func interface(_ name: String, host: String?) throws(TaskError) -> NetworkInterface {
    if let found = first(where: { $0.name == name }) { return found }
    throw TaskError(
      .usage,
      "there is no network interface '\(name)'",
      host: host,
      hint: "there are: \(map(\.name).joined(separator: ", "))"
    )
  }
}
