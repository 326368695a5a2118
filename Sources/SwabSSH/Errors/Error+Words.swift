import NIOCore
import NIOPosix

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension Error {
  /// What went wrong, in the words of the system where it is the system's error.
  var words: String {
    switch self {
    case let error as IOError:
      return String(cString: strerror(error.errnoCode)).lowercased()
    case let error as NIOConnectionError:
      let reasons = error.connectionErrors.map { $0.error.words }
      if let reason = reasons.first { return reason }
      if let reason = (error.dnsAError ?? error.dnsAAAAError)?.words { return reason }
      return "no address"
    case let error as SocketAddressError.UnknownHost:
      return error.errorDescription.lowercased()
    case let error as SocketAddressError:
      if case .unknown(let host, _) = error { return "no address is known for \(host)" }
      return "\(error)"
    case let error as SSHError:
      return error.message
    default:
      return "\(self)"
    }
  }
}
