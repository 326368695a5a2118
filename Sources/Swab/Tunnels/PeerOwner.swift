import NIOCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Asks the kernel whose a TCP socket on this machine is.
///
/// A tunnel's other end is root on a host, and any process of this machine can connect to a port on
/// 127.0.0.1; so the tunnel serves only processes of the user who runs swab.
enum PeerOwner {
  /// The kernel's numbers for the states of a TCP socket.
  private enum State: UInt8 {
    case established = 1
    case listen = 10
  }

  /// Whether the machine's kernel can be asked (Linux's `NETLINK_SOCK_DIAG`).
  static var canAsk: Bool {
    #if os(Linux)
      true
    #else
      false
    #endif
  }

  /// The user whose process connected from `peer` to `local`; nil if there is no such established
  /// connection.
  ///
  /// Only an established entry counts: the one of a socket that its process has closed reads
  /// user 0, so a connect-send-close would pass for root's.
  static func user(connectedFrom peer: SocketAddress, to local: SocketAddress) -> uid_t? {
    guard let source = Endpoint4(peer), let destination = Endpoint4(local) else { return nil }
    return look(source, destination, .established)
  }

  /// The user whose process listens at `address`, nil if nobody does.
  static func user(listeningAt address: SocketAddress) -> uid_t? {
    guard let source = Endpoint4(address) else { return nil }
    return look(source, Endpoint4(address: [0, 0, 0, 0], port: 0), .listen)
  }

  /// An IPv4 address and port, as the kernel wants them.
  private struct Endpoint4 {
    var address: [UInt8]
    var port: UInt16

    init(address: [UInt8], port: UInt16) {
      self.address = address
      self.port = port
    }

    init?(_ address: SocketAddress) {
      guard case .v4(let value) = address, let port = address.port else { return nil }
      self.address = withUnsafeBytes(of: value.address.sin_addr) { Array($0) }
      self.port = UInt16(port)
    }
  }

  private static func look(_ source: Endpoint4, _ destination: Endpoint4, _ state: State) -> uid_t?
  {
    #if os(Linux)
      // AF_NETLINK and NETLINK_SOCK_DIAG of <linux/netlink.h>, which no module map covers.
      let netlink = socket(16, Int32(SOCK_DGRAM.rawValue) | O_CLOEXEC, 4)
      guard netlink >= 0 else { return nil }
      defer { close(netlink) }
      let request = request(source, destination)
      guard request.withUnsafeBytes({ send(netlink, $0.baseAddress, $0.count, 0) }) > 0 else {
        return nil
      }
      var answer = [UInt8](repeating: 0, count: 512)
      let count = answer.withUnsafeMutableBytes { recv(netlink, $0.baseAddress, $0.count, 0) }
      return user(in: answer[..<max(0, count)], source, destination, state)
    #else
      return nil
    #endif
  }

  /// `inet_diag_req_v2` behind a `nlmsghdr`: one exact socket, no dump.
  private static func request(_ source: Endpoint4, _ destination: Endpoint4) -> [UInt8] {
    var bytes: [UInt8] = []
    func append(_ value: some FixedWidthInteger) {
      withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
    }
    append(UInt32(72))  // length
    append(UInt16(20))  // SOCK_DIAG_BY_FAMILY
    append(UInt16(1))  // NLM_F_REQUEST
    append(UInt32(1))  // sequence
    append(UInt32(0))  // to the kernel
    bytes += [2, 6, 0, 0]  // AF_INET, TCP
    append(UInt32.max)  // states
    append(source.port.bigEndian)
    append(destination.port.bigEndian)
    bytes += source.address + [UInt8](repeating: 0, count: 12)
    bytes += destination.address + [UInt8](repeating: 0, count: 12)
    append(UInt32(0))  // any interface
    append(UInt64.max)  // no cookie
    return bytes
  }

  /// Reads `inet_diag_msg` behind a `nlmsghdr`.
  ///
  /// The kernel answers with the listening socket when it has no connected one, so the ports and
  /// the state are compared too.
  private static func user(
    in answer: ArraySlice<UInt8>,
    _ source: Endpoint4,
    _ destination: Endpoint4,
    _ state: State
  ) -> uid_t? {
    func read<Value: FixedWidthInteger>(_ offset: Int, as type: Value.Type) -> Value {
      answer.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: type) }
    }
    guard answer.count >= 16 + 72, read(4, as: UInt16.self) == 20 else { return nil }
    guard answer[16] == 2, answer[17] == state.rawValue else { return nil }
    guard read(20, as: UInt16.self) == source.port.bigEndian,
      read(22, as: UInt16.self) == destination.port.bigEndian
    else { return nil }
    return read(16 + 64, as: UInt32.self)
  }
}
