#if TLS
  import NIOCore
  import NIOSSL

  /// Turns connections into such that speak TLS.
  final class TLSConnector: Sendable {
    private let context: NIOSSLContext
    /// The host that the engine's certificate must be for.
    private let host: String
    private let verifies: Bool

    /// Reads what the options name.
    ///
    /// - Parameters:
    ///   - tls: The options.
    ///   - host: The host of the engine's address.
    /// - Throws: A ``DockerError``: `fileFailed` for a file that can't be read, `invalidArgument` for
    ///   what is in it.
    init(_ tls: DockerTLS, host: String) throws {
      self.host = tls.serverName ?? host
      verifies = tls.verifies
      var configuration = TLSConfiguration.makeClientConfiguration()
      configuration.minimumTLSVersion = .tlsv12
      configuration.applicationProtocols = ["http/1.1"]
      // The name is checked after the handshake, by CertificateNames.
      configuration.certificateVerification = tls.verifies ? .noHostnameVerification : .none
      // Whoever closes a connection has read all it wants, and waits for nobody.
      configuration.shutdownTimeout = .zero
      if tls.verifies, let ca = tls.ca {
        configuration.trustRoots = .certificates(try ca.certificates())
      }
      try configuration.identify(tls)
      do {
        context = try NIOSSLContext(configuration: configuration)
      } catch {
        throw DockerError.unusableCertificate(tls, error)
      }
    }

    /// Shakes hands on a connection that has carried nothing so far.
    ///
    /// - Parameter channel: The connection, on whose event loop this is.
    /// - Returns: The end of the handshake; it fails with a ``TLSFailure``, or with what cut the
    ///   connection.
    func secure(_ channel: any Channel) -> EventLoopFuture<Void> {
      let isName = CertificateNames.address(host) == nil
      let promise = channel.eventLoop.makePromise(of: Void.self)
      do {
        let tls = try NIOSSLClientHandler(context: context, serverHostname: isName ? host : nil)
        let handshake = TLSHandshake(tls, host: verifies ? host : nil, promise)
        // The handshake begins as soon as its handler is there, so the other one stands ready.
        try channel.pipeline.syncOperations.addHandler(handshake, position: .first)
        try channel.pipeline.syncOperations.addHandler(tls, position: .first)
      } catch {
        promise.fail(TLSFailure.other("\(error)"))
      }
      return promise.futureResult
    }
  }

  extension TLSConfiguration {
    /// Takes the client's certificate and key.
    fileprivate mutating func identify(_ tls: DockerTLS) throws {
      switch (tls.certificate, tls.key) {
      case (nil, nil): break
      case (let certificate?, let key?):
        certificateChain = try certificate.certificates().map { .certificate($0) }
        privateKey = .privateKey(try key.privateKey())
      case (_, nil): throw DockerError.halfIdentity("a certificate", without: "its key")
      case (nil, _): throw DockerError.halfIdentity("a key", without: "its certificate")
      }
    }
  }

  extension DockerTLS.PEM {
    fileprivate func certificates() throws -> [NIOSSLCertificate] {
      let bytes = try load()
      guard let list = try? NIOSSLCertificate.fromPEMBytes(bytes), !list.isEmpty else {
        throw DockerError.noPEM(self, "certificate")
      }
      return list
    }

    fileprivate func privateKey() throws -> NIOSSLPrivateKey {
      let bytes = try load()
      // The library would say no more of a protected one than that it can't be read.
      guard !String(decoding: bytes, as: UTF8.self).contains("ENCRYPTED") else {
        throw DockerError.protectedKey(self)
      }
      guard let key = try? NIOSSLPrivateKey(bytes: bytes, format: .pem) else {
        throw DockerError.noPEM(self, "private key")
      }
      return key
    }
  }
#else
  import NIOCore

  /// A build without the trait `TLS` has nothing to speak it with.
  struct TLSConnector: Sendable {
    private let nothing: Never

    init(_ tls: DockerTLS, host: String) throws {
      throw DockerError.builtWithoutTLS
    }

    func secure(_ channel: any Channel) -> EventLoopFuture<Void> {
      switch nothing {}
    }
  }
#endif

extension TLSConnector {
  /// What speaks TLS to an address; nil where none is spoken.
  ///
  /// - Parameters:
  ///   - address: The address.
  ///   - tls: The options that were given.
  /// - Returns: The connector.
  /// - Throws: A ``DockerError``: `invalidArgument` if the address can't have TLS.
  static func connector(to address: DockerAddress, _ tls: DockerTLS?) throws -> TLSConnector? {
    guard let tls = tls ?? (address.usesTLS == true ? DockerTLS() : nil) else { return nil }
    guard case .tcp(let host, _) = address.endpoint, address.usesTLS != false else {
      throw DockerError.addressWithoutTLS(address)
    }
    return try TLSConnector(tls, host: host)
  }
}
