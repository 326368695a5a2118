import Foundation

/// What the kernel says of this machine's TCP sockets over IPv4.
public enum SocketTable {
  /// States as /proc/net/tcp has them.
  public enum State: String {
    case established = "01"
    case synSent = "02"
    case closeWait = "08"
    case listening = "0A"
  }

  /// How many sockets lead to a port.
  public static func count(toPort port: Int, state: State) -> Int {
    // Read to the end: the file comes in pieces, and says that it is empty.
    let file = FileHandle(forReadingAtPath: "/proc/net/tcp")
    let data = (try? file?.readToEnd()) ?? Data()
    let table = String(decoding: data, as: UTF8.self)
    let suffix = ":" + String(format: "%04X", port)
    return table.split(separator: "\n").dropFirst().count { line in
      let fields = line.split(separator: " ")
      return fields.count > 3 && fields[2].hasSuffix(suffix) && fields[3] == state.rawValue
    }
  }
}

/// A port of the loopback network that lets no connection come about, as a firewall does that drops
/// packets: a listener whose queue is full.
public final class BlackHole: Sendable {
  /// Where it is.
  public let port: Int
  private let descriptors: [Int32]

  /// Opens it.
  public init() throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    func with<R>(_ body: (UnsafeMutablePointer<sockaddr>) -> R) -> R {
      withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1, body)
      }
    }
    guard with({ bind(listener, $0, size) }) == 0, listen(listener, 0) == 0,
      with({ getsockname(listener, $0, &size) }) == 0
    else { throw TestSupportError("no black hole: \(errno)") }
    port = Int(UInt16(bigEndian: address.sin_port))
    // A queue of 0 takes one connection; those after it wait for ever.
    let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    _ = with { connect(client, $0, size) }
    descriptors = [listener, client]
  }

  deinit { for descriptor in descriptors { close(descriptor) } }
}
