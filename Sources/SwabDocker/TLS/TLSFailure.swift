/// Why a connection has no TLS, or has it no more.
enum TLSFailure: Error, Sendable, Equatable {
  /// The engine's certificate was good until then, in seconds since 1970.
  case expired(Int)
  /// The engine's certificate is good from then on, in seconds since 1970.
  case notYetValid(Int)
  /// Nobody who is trusted signed the engine's certificate.
  case untrusted
  /// The engine's certificate is for others.
  case wrongName(String, names: [String])
  /// The engine gave up, with a number of RFC 8446, section 6.
  case alert(Int)
  /// What answered speaks something else.
  case noTLS
  /// The connection ended, but TLS did not, so that something may be missing.
  case truncated
  /// Nothing answered.
  case silence(seconds: Int)
  /// Something else, in the words of the library.
  case other(String)

  /// What the engine means by its alert, where that is about the client's certificate.
  ///
  /// Under TLS 1.2 it comes in the handshake, and some servers say no more than that it failed;
  /// under 1.3 it comes in answer to the first request.
  var refusal: String? {
    guard case .alert(let number) = self else { return nil }
    return switch number {
    case 40: "handshake failure"
    case 41: "no certificate"
    case 42: "bad certificate"
    case 43: "unsupported certificate"
    case 44: "certificate revoked"
    case 45: "certificate expired"
    case 46: "certificate unknown"
    case 48: "unknown CA"
    case 49: "access denied"
    case 116: "certificate required"
    default: nil
    }
  }
}

extension TLSFailure {
  /// Reads a message of the library, such as `… error:10000412:SSL routines:OPENSSL_internal:
  /// SSLV3_ALERT_BAD_CERTIFICATE at …`, since it shows its codes no other way.
  ///
  /// - Parameter message: The message.
  init(libraryMessage message: String) {
    let fields = message.firstRange(of: "error:").map {
      message[$0.upperBound...].split(separator: ":", maxSplits: 3)
    }
    guard let fields, fields.count == 4, let code = UInt32(fields[0], radix: 16) else {
      self = .other(message)
      return
    }
    let name = String(fields[3].prefix { $0 != " " })
    // The library's own reasons are below 1000, and those of the other side's alerts above.
    switch (Int(code & 0xFFF), name) {
    case (1000..., _): self = .alert(Int(code & 0xFFF) - 1000)
    case (_, "CERTIFICATE_VERIFY_FAILED"): self = .untrusted
    case (_, "WRONG_VERSION_NUMBER"), (_, "HTTP_REQUEST"), (_, "UNKNOWN_PROTOCOL"): self = .noTLS
    default: self = .other(name.lowercased().replacing("_", with: " "))
    }
  }
}
