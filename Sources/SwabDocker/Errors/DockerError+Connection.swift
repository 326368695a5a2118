import NIOCore
import NIOPosix

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension DockerError {
  /// The error for a request that got no answer.
  init(_ failure: HTTPFailure, at address: DockerAddress, timeout: Duration?) {
    switch failure {
    case .cannotConnect(let error): self = .cannotConnect(to: address, error)
    case .refusedPeer(let error): self = .refusedPeer(at: address, error)
    case .tls(let failure): self.init(failure, at: address)
    case .handshakeLost(let cause, _):
      self.init(
        code: .tlsFailed,
        message: "the connection to \(address.place) was closed during the TLS handshake"
      )
      self.cause = cause
      if let cause { message += ": \(Self.reason(of: cause))" }
    case .timeout: self = .timeout(timeout ?? .zero)
    case .stalled: self = .stalled(timeout ?? .zero)
    case .closed: self = .closed
    case .connectionLost(_, let failure as TLSFailure, _) where failure.refusal != nil:
      self.init(failure, at: address)
    case .connectionLost(let message, let cause, _):
      self.init(code: .connectionLost, message: "\(message) (\(address.place))")
      self.cause = cause
      if let cause { self.message += ": \(Self.reason(of: cause))" }
    case .connectionCut(let reason):
      let message = "the connection was cut (\(address.place)); the tunnel says: \(reason)"
      self.init(code: .connectionLost, message: message)
      cause = reason
    case .replyTooLarge(let limit):
      self.init(code: .replyTooLarge, message: "the answer is larger than \(limit >> 20) MiB")
    }
  }

  private static func cannotConnect(to address: DockerAddress, _ error: any Error) -> DockerError {
    let failure = "connecting to \(address.place) failed: \(reason(of: error))"
    var result = DockerError(code: .connectionFailed, message: failure)
    result.cause = error
    switch (errorNumber(of: error), address.endpoint) {
    case (EACCES, .unixSocket), (EPERM, .unixSocket):
      result.code = .permissionDenied
      result.hint = "the user must be root or in the group that owns the socket, mostly 'docker'"
    case (ENOENT, _), (ECONNREFUSED, _):
      result.hint = "is a Docker Engine running there?"
    default: break
    }
    return result
  }

  private static func refusedPeer(at address: DockerAddress, _ error: any Error) -> DockerError {
    if let error = error as? DockerError { return error }
    var result = DockerError(
      code: .connectionFailed,
      message: "the connection to \(address.place) may not be used: \(error)"
    )
    result.cause = error
    return result
  }

  private static func errorNumber(of error: any Error) -> CInt? {
    if let error = error as? IOError { return error.errnoCode }
    guard let error = error as? NIOConnectionError else { return nil }
    // The last address of a name is of IPv4, which is the one that people know.
    return error.connectionErrors.last.flatMap { errorNumber(of: $0.error) }
  }

  private static func reason(of error: any Error) -> String {
    if let number = errorNumber(of: error) { return String(cString: strerror(number)) }
    switch error {
    case ChannelError.connectTimeout(let time):
      return "no answer within \(time.nanoseconds / 1_000_000_000) s"
    case let error as NIOConnectionError where error.connectionErrors.isEmpty:
      return lookupFailure(error)
    case let error as NIOConnectionError:
      return error.connectionErrors.last.map { reason(of: $0.error) } ?? "\(error)"
    case let error as TLSFailure: return error.reason
    default: return "\(error)"
    }
  }

  private static func lookupFailure(_ error: NIOConnectionError) -> String {
    let failure = (error.dnsAError ?? error.dnsAAAAError) as? SocketAddressError.UnknownHost
    // "Temporary failure in name resolution" is no word on the name.
    guard let failure, failure.errorCode == Int(EAI_AGAIN) else {
      return "'\(error.host)' is no known host name"
    }
    return "looking up '\(error.host)': \(failure.errorDescription)"
  }
}
