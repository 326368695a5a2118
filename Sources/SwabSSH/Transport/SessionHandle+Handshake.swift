import CLibSSH2

extension SessionHandle {
  /// Host key types in the order that ssh asks for them, so that both record the same key of a new
  /// host; libssh2 by itself would prefer ecdsa.
  private static let usualHostKeyTypes = [
    "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
  ]

  /// The host key algorithms of this library, which are the same for all sessions.
  static let hostKeyAlgorithms: [String] =
    (try? SessionHandle())?.algorithms(LIBSSH2_METHOD_HOSTKEY) ?? []

  /// Has the server asked for a host key by one of these algorithms first.
  func preferHostKeyAlgorithms(_ known: [String]) throws(SSHError) {
    guard !hasPreferences else { return }
    hasPreferences = true
    let supported = Self.hostKeyAlgorithms
    var order: [String] = []
    for type in known + Self.usualHostKeyTypes + supported
    where supported.contains(type) && !order.contains(type) {
      order.append(type)
    }
    _ = try progress(
      libssh2_session_method_pref(raw, LIBSSH2_METHOD_HOSTKEY, order.joined(separator: ","))
    )
  }

  /// Takes the handshake a step further.
  func handshake() throws(SSHError) -> Bool {
    // The library wants a file descriptor. It only looks at its flags, and ignores the failure.
    let code = libssh2_session_handshake(raw, 1 << 30)
    return try progress(code)
  }

  /// What this library could negotiate.
  var offer: AlgorithmOffer {
    AlgorithmOffer { kind in
      switch kind {
      case .keyExchange: algorithms(LIBSSH2_METHOD_KEX)
      case .hostKey: algorithms(LIBSSH2_METHOD_HOSTKEY)
      case .cipherOut: algorithms(LIBSSH2_METHOD_CRYPT_CS)
      case .cipherIn: algorithms(LIBSSH2_METHOD_CRYPT_SC)
      case .macOut: algorithms(LIBSSH2_METHOD_MAC_CS)
      case .macIn: algorithms(LIBSSH2_METHOD_MAC_SC)
      }
    }
  }

  private func algorithms(_ method: Int32) -> [String] {
    var names: UnsafeMutablePointer<UnsafePointer<CChar>?>?
    let count = libssh2_session_supported_algs(raw, method, &names)
    guard count > 0, let names else { return [] }
    defer { libssh2_free(raw, names) }
    return (0..<Int(count)).compactMap { names[$0].map { String(cString: $0) } }
  }

  /// What was negotiated.
  var negotiation: SSHNegotiation {
    func method(_ kind: Int32) -> String {
      libssh2_session_methods(raw, kind).map { String(cString: $0) } ?? ""
    }
    var result = SSHNegotiation()
    result.serverVersion = libssh2_session_banner_get(raw).map { String(cString: $0) } ?? ""
    result.keyExchange = method(LIBSSH2_METHOD_KEX)
    result.hostKey = method(LIBSSH2_METHOD_HOSTKEY)
    result.cipherOut = method(LIBSSH2_METHOD_CRYPT_CS)
    result.cipherIn = method(LIBSSH2_METHOD_CRYPT_SC)
    result.macOut = method(LIBSSH2_METHOD_MAC_CS)
    result.macIn = method(LIBSSH2_METHOD_MAC_SC)
    return result
  }

  /// The key that the server proved to have.
  func hostKey() throws(SSHError) -> SSHPublicKey {
    var count = 0
    var kind: Int32 = 0
    guard
      let bytes = libssh2_session_hostkey(raw, &count, &kind),
      let key = SSHPublicKey(blob: [UInt8](UnsafeRawBufferPointer(start: bytes, count: count)))
    else { throw SSHError(.protocolError, "the server showed no host key") }
    return key
  }
}
