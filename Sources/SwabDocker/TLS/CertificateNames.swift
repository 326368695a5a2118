#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The names that a certificate is for: those of its subjectAltName.
///
/// NIOSSL would check an address against the far end of the connection, which through a tunnel is
/// this machine. As with Docker's own clients, the common name counts for nothing.
struct CertificateNames: Sendable, Hashable {
  /// The host names, of which one may have `*` for its first label.
  private(set) var hosts: [String] = []
  /// The IP addresses, of 4 or 16 bytes.
  private(set) var addresses: [[UInt8]] = []

  /// Reads a certificate, whose signature has been checked; what is no certificate has no names.
  ///
  /// - Parameter der: The certificate in DER.
  init(der: [UInt8]) {
    for name in Self.alternativeNames(of: der) {
      switch name.tag {
      case Tag.dnsName:
        // What is no ASCII can't be asked for, so it isn't made to look like something that can.
        if name.content.allSatisfy({ (0x21..<0x7F).contains($0) }) {
          hosts.append(String(decoding: name.content, as: UTF8.self))
        }
      case Tag.address where [4, 16].contains(name.content.count):
        addresses.append(Array(name.content))
      default: break
      }
    }
  }

  /// All of them, as people write them.
  var texts: [String] {
    hosts + addresses.map(Self.text)
  }

  /// Whether one of them is this host.
  ///
  /// - Parameter host: A host name or an IP address, without brackets.
  /// - Returns: Whether it is.
  func cover(_ host: String) -> Bool {
    if let address = Self.address(host) { return addresses.contains(address) }
    let labels = Self.labels(host)
    return hosts.contains { Self.matches(labels, Self.labels($0)) }
  }

  private static func labels(_ host: String) -> [Substring] {
    var labels = host.lowercased().split(separator: ".", omittingEmptySubsequences: false)
    if labels.count > 1, labels.last == "" { labels.removeLast() }
    return labels
  }

  private static func matches(_ host: [Substring], _ pattern: [Substring]) -> Bool {
    guard host.count == pattern.count, host.allSatisfy({ !$0.isEmpty }) else { return false }
    guard pattern.first == "*", pattern.count > 1 else { return host == pattern }
    return host.dropFirst() == pattern.dropFirst()
  }

  /// The bytes of an IP address; nil for names.
  ///
  /// The zone of `fe80::1%eth0` is left out, since it means something on this machine only.
  static func address(_ text: String) -> [UInt8]? {
    let text = String(text.prefix { $0 != "%" })
    for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
      var bytes = [UInt8](repeating: 0, count: count)
      if inet_pton(family, text, &bytes) == 1 { return bytes }
    }
    return nil
  }

  private static func text(_ address: [UInt8]) -> String {
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    let family = address.count == 4 ? AF_INET : AF_INET6
    guard inet_ntop(family, address, &text, socklen_t(text.count)) != nil else { return "" }
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

// MARK: - DER

extension CertificateNames {
  private enum Tag {
    static let objectIdentifier: UInt8 = 0x06
    static let octetString: UInt8 = 0x04
    static let sequence: UInt8 = 0x30
    static let extensions: UInt8 = 0xA3
    static let dnsName: UInt8 = 0x82
    static let address: UInt8 = 0x87
  }

  /// The object identifier 2.5.29.17.
  private static let subjectAltName: [UInt8] = [0x55, 0x1D, 0x11]

  private static func alternativeNames(of der: [UInt8]) -> [DERElement] {
    guard let certificate = DERElement.all(in: der[...]).first, certificate.tag == Tag.sequence,
      let signed = certificate.elements.first, signed.tag == Tag.sequence,
      let extensions = signed.elements.last(where: { $0.tag == Tag.extensions })
    else { return [] }
    for one in extensions.elements.first?.elements ?? [] {
      let fields = one.elements
      guard let name = fields.first, name.tag == Tag.objectIdentifier,
        name.content.elementsEqual(subjectAltName),
        let value = fields.last, value.tag == Tag.octetString
      else { continue }
      return value.elements.first?.elements ?? []
    }
    return []
  }
}

/// A tag, and what it is the tag of.
private struct DERElement {
  var tag: UInt8
  var content: ArraySlice<UInt8>

  /// The elements that this one consists of.
  var elements: [DERElement] { Self.all(in: content) }

  /// The elements in these bytes, as far as they are well formed.
  static func all(in bytes: ArraySlice<UInt8>) -> [DERElement] {
    var (rest, elements) = (bytes, [DERElement]())
    while let tag = rest.popFirst(), let length = length(&rest), length <= rest.count {
      elements.append(DERElement(tag: tag, content: rest.prefix(length)))
      rest.removeFirst(length)
    }
    return elements
  }

  private static func length(_ bytes: inout ArraySlice<UInt8>) -> Int? {
    guard let first = bytes.popFirst() else { return nil }
    guard first & 0x80 != 0 else { return Int(first) }
    let count = Int(first & 0x7F)
    guard (1...4).contains(count), count <= bytes.count else { return nil }
    defer { bytes.removeFirst(count) }
    return bytes.prefix(count).reduce(0) { $0 << 8 | Int($1) }
  }
}
