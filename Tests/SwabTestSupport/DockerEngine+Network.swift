import Foundation

extension DockerEngine {
  /// Lets the engine trust a registry whose certificate this one has signed.
  ///
  /// - Parameters:
  ///   - certificate: The certificate of an authority, a file.
  ///   - registry: The registry, as `host:port`.
  /// - Throws: If the file can't be read.
  public func trust(_ certificate: String, for registry: String) throws {
    let text = try String(contentsOfFile: certificate, encoding: .utf8)
    try folder.write(text, to: "etc/certs.d/\(registry)/ca.crt")
  }

  /// The process id of dockerd.
  public var processID: Int32 {
    get throws {
      let text = try folder.read("pid").trimmingCharacters(in: .whitespacesAndNewlines)
      guard let number = Int32(text) else { throw TestSupportError("'\(text)' is no process id") }
      return number
    }
  }

  /// Listens on a free port of 127.0.0.1 as the engine sees it, which is none of this machine's.
  ///
  /// - Returns: The socket, which is the caller's to close, and its port.
  /// - Throws: If the engine doesn't run, or this user may not do that.
  public func listen() async throws -> (socket: Int32, port: Int) {
    let path = "/proc/\(try processID)/ns/net"
    return try await withCheckedThrowingContinuation { continuation in
      // A thread of its own, which takes the other network with it when it ends.
      Thread.detachNewThread {
        continuation.resume(with: Result { try listeningSocket(inNetwork: path) })
      }
    }
  }
}

private func listeningSocket(inNetwork path: String) throws -> (socket: Int32, port: Int) {
  try enterNetwork(path)
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
  var length = socklen_t(MemoryLayout<sockaddr_in>.size)
  let isListening = withUnsafeMutablePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
      bind(descriptor, pointer, length) == 0 && listen(descriptor, 64) == 0
        && getsockname(descriptor, pointer, &length) == 0
    }
  }
  guard isListening else {
    throw TestSupportError("listening: \(String(cString: strerror(errno)))")
  }
  _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
}

/// Takes the current thread, and no other, to another network.
private func enterNetwork(_ path: String) throws {
  typealias SetNamespace = @convention(c) (CInt, CInt) -> CInt
  // Swift's view of glibc leaves this function out.
  guard let symbol = dlsym(nil, "setns") else { throw TestSupportError("there is no setns") }
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw TestSupportError("\(path) can't be opened") }
  defer { close(descriptor) }
  guard unsafeBitCast(symbol, to: SetNamespace.self)(descriptor, 0) == 0 else {
    throw TestSupportError("entering \(path): \(String(cString: strerror(errno)))")
  }
}
