#if TLS
  import NIOCore
  import NIOSSL
  import NIOTLS

  #if canImport(Glibc)
    import Glibc
  #elseif canImport(Musl)
    import Musl
  #else
    import Darwin
  #endif

  /// Stands behind the handler that speaks TLS, and tells how its handshake ends.
  ///
  /// A handshake is over when the engine's certificate has been found to be for the right host.
  final class TLSHandshake: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private static let limit = TimeAmount.seconds(10)

    private let tls: NIOSSLClientHandler
    /// The host that the certificate must be for; nil if any will do.
    private let host: String?
    private var promise: EventLoopPromise<Void>?
    private var timer: Scheduled<Void>?

    init(_ tls: NIOSSLClientHandler, host: String?, _ promise: EventLoopPromise<Void>) {
      self.tls = tls
      self.host = host
      self.promise = promise
    }

    func handlerAdded(context: ChannelHandlerContext) {
      timer = context.eventLoop.assumeIsolated().scheduleTask(in: Self.limit) {
        let seconds = Int(Self.limit.nanoseconds / 1_000_000_000)
        self.end(.failure(TLSFailure.silence(seconds: seconds)))
      }
      // Nobody else wants to read before there is something to be read.
      context.read()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
      end(.failure(ChannelError.ioOnClosedChannel))
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      if case .handshakeCompleted? = event as? TLSUserEvent { end(Result { try checkName() }) }
      context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      guard promise != nil else { return context.fireErrorCaught(Self.read(error)) }
      end(.failure(reason(of: Self.read(error))))
    }

    func channelInactive(context: ChannelHandlerContext) {
      end(.failure(ChannelError.ioOnClosedChannel))
      context.fireChannelInactive()
    }

    private func end(_ result: Result<Void, any Error>) {
      timer?.cancel()
      promise?.completeWith(result)
      promise = nil
    }

    private func checkName() throws {
      guard let host else { return }
      let names = CertificateNames(der: try tls.peerCertificate?.toDERBytes() ?? [])
      guard names.cover(host) else { throw TLSFailure.wrongName(host, names: names.texts) }
    }

    /// The library says only that a certificate can't be verified, also if time alone is the reason.
    private func reason(of error: any Error) -> any Error {
      guard error as? TLSFailure == .untrusted, let certificate = tls.peerCertificate else {
        return error
      }
      let now = time(nil)
      if certificate.notValidAfter < now { return TLSFailure.expired(certificate.notValidAfter) }
      guard certificate.notValidBefore <= now else {
        return TLSFailure.notYetValid(certificate.notValidBefore)
      }
      return error
    }

    /// What an error of the library means; others stay as they are.
    private static func read(_ error: any Error) -> any Error {
      let stack: NIOBoringSSLErrorStack
      switch error {
      case NIOSSLError.handshakeFailed(.sslError(let errors)), BoringSSLError.sslError(let errors),
        NIOSSLError.shutdownFailed(.sslError(let errors)):
        stack = errors
      case NIOSSLError.uncleanShutdown: return TLSFailure.truncated
      case is NIOSSLError, is BoringSSLError: return TLSFailure.other("\(error)")
      default: return error
      }
      // Both of the library's words for a connection that was cut.
      guard let first = stack.first, stack != [.eofDuringHandshake] else {
        return ChannelError.ioOnClosedChannel
      }
      return TLSFailure(libraryMessage: "\(first)")
    }
  }
#endif
