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
  /// Reads what `ip -j addr` prints, or `ip addr` where that knows no JSON.
  ///
  /// - Parameter text: What was printed.
  /// - Returns: The interfaces, in its order.
  static func list(_ text: String) -> [NetworkInterface] {
    guard text.first == "[", let values = (try? JSONValue(parsing: text))?.array else {
      return plainList(text)
    }
    // Where addresses of one family are asked for, the other interfaces come as empty objects.
    return values.compactMap { value in
      guard let name = value["ifname"]?.string else { return nil }
      var interface = NetworkInterface(name: name)
      for entry in value["addr_info"]?.array ?? [] {
        guard let address = entry["local"]?.string else { continue }
        interface.add(address, entry["family"]?.string ?? "", scope: entry["scope"]?.string)
      }
      return interface
    }
  }

  private mutating func add(_ address: String, _ family: String, scope: String?) {
    switch family {
    case "inet": ipv4.append(address)
    case "inet6" where scope == "link": ipv6.append(address)
    case "inet6":
      let isLocal = ipv6.firstIndex { $0.hasPrefix("fe80:") } ?? ipv6.endIndex
      ipv6.insert(address, at: isLocal)
    default: break
    }
  }

  /// `2: eth0@if7: <…>` begins an interface, and `inet 192.0.2.1/24 … scope global` is an address.
  private static func plainList(_ text: String) -> [NetworkInterface] {
    var interfaces: [NetworkInterface] = []
    for line in text.split(whereSeparator: \.isNewline) {
      let words = line.split(separator: " ").map(String.init)
      if line.first?.isNumber == true, words.count > 1 {
        let name = words[1].prefix { $0 != ":" && $0 != "@" }
        interfaces.append(NetworkInterface(name: String(name)))
      } else if words.count > 1, words[0] == "inet" || words[0] == "inet6", !interfaces.isEmpty {
        let address = String(words[1].prefix { $0 != "/" })
        let scope = words.firstIndex(of: "scope").flatMap { index in
          index + 1 < words.count ? words[index + 1] : nil
        }
        interfaces[interfaces.count - 1].add(address, words[0], scope: scope)
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
  /// - Throws: ``TaskError`` if the host has no `ip` command; an error of the connection.
  public func networkInterfaces() async throws -> [NetworkInterface] {
    let path = "PATH=\"$PATH:/usr/sbin:/sbin\""
    let text = try await stdoutResult("\(path); ip -j addr 2>/dev/null || ip addr")
    return NetworkInterface.list(text ?? "")
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
    let interfaces = try await networkInterfaces()
    if let found = interfaces.first(where: { $0.name == name }) { return found }
    throw TaskError(
      .usage,
      "there is no network interface '\(name)'",
      host: self.name,
      hint: "there are: \(interfaces.map(\.name).joined(separator: ", "))"
    )
  }
}
