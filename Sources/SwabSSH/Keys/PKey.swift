import CLibCrypto

/// Owns one `EVP_PKEY`.
///
/// Its parameters go by the names of provider-rsa(7) and EVP_PKEY-EC(7): Swift can't import all of the
/// macros that stand for them.
///
/// Sendable, although it holds a pointer: libcrypto's keys are constant once made, count their
/// references atomically, and each signature has a context of its own.
struct PKey: ~Copyable, @unchecked Sendable {
  private let raw: OpaquePointer

  init?(taking raw: OpaquePointer?) {
    guard let raw else { return nil }
    self.raw = raw
  }

  deinit { EVP_PKEY_free(raw) }

  /// An Ed25519 key from its seed of 32 bytes.
  static func ed25519(seed: [UInt8]) -> PKey? {
    guard seed.count == 32 else { return nil }
    return PKey(taking: EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, seed, seed.count))
  }

  /// A key on a NIST curve, from the point (uncompressed) and the scalar.
  static func ecdsa(curve: String, point: [UInt8], scalar: [UInt8]) -> PKey? {
    make("EC") { builder in
      builder.set("group", text: curve)
        && builder.set("pub", bytes: point)
        && builder.set("priv", number: scalar)
    }
  }

  /// The numbers of an RSA key, as the OpenSSH format has them, big-endian.
  struct RSANumbers {
    var n: [UInt8], e: [UInt8], d: [UInt8], inverse: [UInt8], p: [UInt8], q: [UInt8]
  }

  /// An RSA key; d mod p-1 and d mod q-1, which the OpenSSH format leaves out, are computed here.
  static func rsa(_ numbers: RSANumbers) -> PKey? {
    guard let dp = BigNumber.remainder(numbers.d, byPredecessorOf: numbers.p),
      let dq = BigNumber.remainder(numbers.d, byPredecessorOf: numbers.q)
    else { return nil }
    return make("RSA") { builder in
      builder.set("n", number: numbers.n)
        && builder.set("e", number: numbers.e)
        && builder.set("d", number: numbers.d)
        && builder.set("rsa-factor1", number: numbers.p)
        && builder.set("rsa-factor2", number: numbers.q)
        && builder.set("rsa-exponent1", number: dp)
        && builder.set("rsa-exponent2", number: dq)
        && builder.set("rsa-coefficient1", number: numbers.inverse)
    }
  }

  private static func make(_ kind: String, fill: (inout ParameterBuilder) -> Bool) -> PKey? {
    guard var builder = ParameterBuilder(), fill(&builder) else { return nil }
    guard let parameters = OSSL_PARAM_BLD_to_param(builder.raw) else { return nil }
    defer { OSSL_PARAM_free(parameters) }
    guard let context = EVP_PKEY_CTX_new_from_name(nil, kind, nil) else { return nil }
    defer { EVP_PKEY_CTX_free(context) }
    var raw: OpaquePointer?
    guard EVP_PKEY_fromdata_init(context) == 1,
      EVP_PKEY_fromdata(context, &raw, swab_keypair_selection(), parameters) == 1
    else { return nil }
    return PKey(taking: raw)
  }

  /// Hashes and signs; no digest for Ed25519, which does its own.
  ///
  /// RSA is padded as PKCS #1 v1.5.
  func sign(_ data: [UInt8], digest: OpaquePointer?) -> [UInt8]? {
    guard let context = EVP_MD_CTX_new() else { return nil }
    defer { EVP_MD_CTX_free(context) }
    var count = 0
    guard EVP_DigestSignInit(context, nil, digest, nil, raw) == 1,
      EVP_DigestSign(context, nil, &count, data, data.count) == 1
    else { return nil }
    var signature = [UInt8](repeating: 0, count: count)
    guard EVP_DigestSign(context, &signature, &count, data, data.count) == 1 else { return nil }
    return Array(signature.prefix(count))
  }
}

extension PKey {
  /// The public half as SSH writes it; `nil` for a kind or a curve that SSH doesn't have.
  func publicKey() -> SSHPublicKey? {
    var writer = SSHWireWriter()
    switch EVP_PKEY_get_base_id(raw) {
    case EVP_PKEY_ED25519:
      var (point, count) = ([UInt8](repeating: 0, count: 32), 32)
      guard EVP_PKEY_get_raw_public_key(raw, &point, &count) == 1 else { return nil }
      writer.write(text: "ssh-ed25519")
      writer.write(string: point)
    case EVP_PKEY_RSA:
      guard let e = number("e"), let n = number("n") else {
        return nil
      }
      writer.write(text: "ssh-rsa")
      writer.write(magnitude: e)
      writer.write(magnitude: n)
    case EVP_PKEY_EC:
      guard let curve = Curve(bits: Int(EVP_PKEY_get_bits(raw))),
        let x = number("qx"), let y = number("qy")
      else { return nil }
      writer.write(text: "ecdsa-sha2-" + curve.name)
      writer.write(text: curve.name)
      writer.write(string: [4] + curve.padded(x) + curve.padded(y))
    default: return nil
    }
    return SSHPublicKey(blob: writer.bytes)
  }

  private func number(_ name: String) -> [UInt8]? {
    var number: OpaquePointer?
    guard EVP_PKEY_get_bn_param(raw, name, &number) == 1 else { return nil }
    defer { BN_clear_free(number) }
    return BigNumber.bytes(number)
  }

  private struct Curve {
    var name: String
    var size: Int

    init?(bits: Int) {
      guard [256, 384, 521].contains(bits) else { return nil }
      (name, size) = ("nistp\(bits)", (bits + 7) / 8)
    }

    func padded(_ number: [UInt8]) -> [UInt8] {
      [UInt8](repeating: 0, count: max(0, size - number.count)) + number
    }
  }
}

/// libcrypto's big numbers, as far as they are needed: in and out of big-endian bytes.
enum BigNumber {
  static func bytes(_ number: OpaquePointer?) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: (Int(BN_num_bits(number)) + 7) / 8)
    BN_bn2bin(number, &bytes)
    return bytes
  }

  /// number mod (modulus - 1).
  static func remainder(_ number: [UInt8], byPredecessorOf modulus: [UInt8]) -> [UInt8]? {
    let context = BN_CTX_new()
    let (dividend, divisor) = (
      BN_bin2bn(number, Int32(number.count), nil), BN_bin2bn(modulus, Int32(modulus.count), nil)
    )
    let result = BN_new()
    defer {
      for number in [dividend, divisor, result] { BN_clear_free(number) }
      BN_CTX_free(context)
    }
    guard BN_sub_word(divisor, 1) == 1, BN_is_zero(divisor) == 0,
      BN_div(nil, result, dividend, divisor, context) == 1
    else { return nil }
    return bytes(result)
  }
}

/// Owns an `OSSL_PARAM_BLD` and what was pushed to it, names too: it only refers to that.
private struct ParameterBuilder: ~Copyable {
  let raw: OpaquePointer
  private var numbers: [OpaquePointer] = []
  private var copies: [UnsafeMutableBufferPointer<UInt8>] = []

  init?() {
    guard let raw = OSSL_PARAM_BLD_new() else { return nil }
    self.raw = raw
  }

  deinit {
    OSSL_PARAM_BLD_free(raw)
    for number in numbers { BN_clear_free(number) }
    for copy in copies { copy.deallocate() }
  }

  mutating func set(_ name: String, number: [UInt8]) -> Bool {
    guard let value = BN_bin2bn(number, Int32(number.count), nil) else { return false }
    numbers.append(value)
    return OSSL_PARAM_BLD_push_BN(raw, copy(name), value) == 1
  }

  mutating func set(_ name: String, bytes: [UInt8]) -> Bool {
    OSSL_PARAM_BLD_push_octet_string(raw, copy(name), copy(bytes).baseAddress, bytes.count) == 1
  }

  mutating func set(_ name: String, text: String) -> Bool {
    OSSL_PARAM_BLD_push_utf8_string(raw, copy(name), copy(text), 0) == 1
  }

  private mutating func copy(_ text: String) -> UnsafePointer<CChar>? {
    let bytes = UnsafeMutableRawBufferPointer(copy(Array(text.utf8) + [0]))
    return UnsafePointer(bytes.bindMemory(to: CChar.self).baseAddress)
  }

  private mutating func copy(_ bytes: [UInt8]) -> UnsafeMutableBufferPointer<UInt8> {
    let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
    _ = copy.initialize(from: bytes)
    copies.append(copy)
    return copy
  }
}
