extension DockerError {
  /// The error for a connection without TLS.
  init(_ failure: TLSFailure, at address: DockerAddress) {
    if let refusal = failure.refusal {
      self = .clientCertificateRefused(refusal, at: address)
    } else {
      self.init(
        code: failure.isDistrust ? .untrustedEngine : .tlsFailed,
        message: "TLS with \(address.place) failed: \(failure.reason)",
        hint: failure.hint
      )
    }
    cause = failure
  }

  private static func clientCertificateRefused(
    _ refusal: String,
    at address: DockerAddress
  ) -> DockerError {
    DockerError(
      code: .clientCertificateRefused,
      message: "\(address.place) demands a client certificate, or refuses the one it got "
        + "(\(refusal))",
      hint:
        "docker_tls_cert and docker_tls_key (DockerTLS) name one that the engine's CA has signed"
    )
  }
}

extension TLSFailure {
  fileprivate var isDistrust: Bool {
    switch self {
    case .expired, .notYetValid, .untrusted, .wrongName: true
    default: false
    }
  }

  /// What happened, without where.
  var reason: String {
    switch self {
    case .expired(let time): "the engine's certificate has expired at \(DockerDate(seconds: time))"
    case .notYetValid(let time):
      "the engine's certificate is not valid before \(DockerDate(seconds: time))"
    case .untrusted: "the engine's certificate is not signed by a CA that is trusted"
    case .wrongName(let host, let names) where names.isEmpty:
      "the engine's certificate is not for \(host), nor for any name (it has no subjectAltName)"
    case .wrongName(let host, let names):
      "the engine's certificate is not for \(host), but for \(names.joined(separator: ", "))"
    case .alert(let number): "the engine gave up with alert \(number)"
    case .noTLS: "the other side doesn't speak it"
    case .truncated: "the connection was cut before TLS had ended"
    case .silence(let seconds): "no answer within \(seconds) s"
    case .other(let text): text
    }
  }

  fileprivate var hint: String? {
    switch self {
    case .expired, .notYetValid: "renew it, and look at the clocks of both machines"
    case .untrusted:
      "docker_tls_ca (DockerTLS.ca) names the certificate of the CA that has signed it"
    case .wrongName:
      "connect to a name that it has, or say which one it has: docker_tls_server_name "
        + "(DockerTLS.serverName)"
    case .noTLS, .silence:
      "is it the right port? an engine without TLS is reached as tcp://HOST:2375, without docker_tls"
    default: nil
    }
  }
}

extension DockerError {
  static let builtWithoutTLS = DockerError(
    code: .unsupportedAddress,
    message: "this build speaks no TLS",
    hint: "build it with the package's trait TLS, which is on by default"
  )

  static func addressWithoutTLS(_ address: DockerAddress) -> DockerError {
    DockerError(
      code: .invalidArgument,
      message: "TLS is asked for, and '\(address)' has none",
      hint: "TLS is spoken with tcp://HOST:2376 and https://HOST:2376"
    )
  }

  static func halfIdentity(_ half: String, without other: String) -> DockerError {
    invalidArgument(
      "a client shows who it is by a certificate and its key; here is \(half) without \(other)"
    )
  }

  static func noPEM(_ source: DockerTLS.PEM, _ kind: String) -> DockerError {
    DockerError(
      code: .invalidArgument,
      message: "\(source): there is no \(kind) in it",
      hint: "a PEM file is text with a line such as -----BEGIN \(kind.uppercased())-----"
    )
  }

  static func protectedKey(_ source: DockerTLS.PEM) -> DockerError {
    DockerError(
      code: .invalidArgument,
      message: "\(source): the key is protected by a passphrase, and nobody is asked for one",
      hint: "keep it without: openssl pkey -in key.pem -out plain.pem, readable by you alone"
    )
  }

  static func unusableCertificate(_ tls: DockerTLS, _ error: any Error) -> DockerError {
    guard let certificate = tls.certificate, let key = tls.key else {
      return DockerError(code: .tlsFailed, message: "TLS can't be set up: \(error)")
    }
    var result = DockerError(
      code: .invalidArgument,
      message: "the certificate \(certificate) and the key \(key) can't be used together",
      hint: "each certificate has a key of its own"
    )
    result.cause = error
    return result
  }
}
