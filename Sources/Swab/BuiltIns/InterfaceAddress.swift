/// An address of a network interface.
struct InterfaceAddress: Equatable, Sendable {
  /// As the host writes it, without the length of its net.
  var text: String

  var isIPv6: Bool { text.contains(":") }

  /// Whether it holds on the interface's own wire only.
  var isLinkLocal: Bool { text.lowercased().hasPrefix("fe80:") }

  /// Shows an interface's addresses; exit status 1 means that there is none of that name.
  ///
  /// `ip` is there nearly everywhere, busybox has it, and what `ifconfig` prints depends on its age.
  static func command(for interface: String) -> String {
    let name = Shell.quoted(interface)
    // Where only root's PATH has them, others may run them as well.
    return "PATH=$PATH:/usr/sbin:/sbin; "
      + "if ip link show dev \(name) >/dev/null 2>&1; then ip -o addr show dev \(name); "
      + "else ifconfig \(name) 2>/dev/null || exit 1; fi"
  }

  /// Reads the output of `ip -o addr` or `ifconfig`: the word after `inet` or `inet6`, `addr:` before
  /// it in old ones.
  static func addresses(in output: String) -> [InterfaceAddress] {
    var addresses: [InterfaceAddress] = []
    for line in output.split(whereSeparator: \.isNewline) {
      let words = line.split(whereSeparator: \.isWhitespace)
      for (index, word) in words.enumerated() where word == "inet" || word == "inet6" {
        var rest = words[(index + 1)...]
        if rest.first == "addr:" { rest.removeFirst() }
        guard var text = rest.first else { continue }
        if text.hasPrefix("addr:") { text = text.dropFirst("addr:".count) }
        text = text.prefix { $0 != "/" && $0 != "%" }
        if !text.isEmpty { addresses.append(InterfaceAddress(text: String(text))) }
      }
    }
    return addresses
  }

  /// An IPv6 address with all of its eight groups, of four digits each; one that has an IPv4 address
  /// in its end, or isn't IPv6, as it is.
  var expanded: String {
    guard isIPv6, !text.contains(".") else { return text }
    let groups = Self.groups(text)
    return groups.map { String(repeating: "0", count: max(0, 4 - $0.count)) + $0 }
      .joined(separator: ":")
  }

  private static func groups(_ text: String) -> [String] {
    guard let gap = text.firstRange(of: "::") else {
      return text.split(separator: ":").map(String.init)
    }
    let before = text[..<gap.lowerBound].split(separator: ":").map(String.init)
    let after = text[gap.upperBound...].split(separator: ":").map(String.init)
    let zeros = Array(repeating: "0", count: max(0, 8 - before.count - after.count))
    return before + zeros + after
  }
}
