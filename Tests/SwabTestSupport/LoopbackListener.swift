import Foundation

/// A listening TCP socket on 127.0.0.1, for a program that is started with it.
struct LoopbackListener {
  /// The socket; it is closed with the handle.
  let handle: FileHandle
  /// Its port.
  let port: Int

  init() throws {
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard socket >= 0 else { throw TestSupportError("no socket: \(errno)") }
    handle = FileHandle(fileDescriptor: socket, closeOnDealloc: true)
    _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(socket, pointer, length) == 0 && getsockname(socket, pointer, &length) == 0
      }
    }
    guard isBound, listen(socket, 128) == 0 else { throw TestSupportError("no port: \(errno)") }
    port = Int(UInt16(bigEndian: address.sin_port))
  }
}
