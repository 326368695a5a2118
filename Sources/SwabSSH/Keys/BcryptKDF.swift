/// bcrypt_pbkdf, the function of OpenBSD that turns a passphrase into the key of a key file.
enum BcryptKDF {
  /// Derives `count` bytes; `nil` where the parameters make no sense.
  ///
  /// It takes long on purpose, a good tenth of a second for ssh-keygen's defaults: thread pool only.
  static func derive(
    passphrase: [UInt8],
    salt: [UInt8],
    rounds: Int,
    count: Int
  ) -> [UInt8]? {
    guard rounds >= 1, !passphrase.isEmpty, !salt.isEmpty, (1...1024).contains(count) else {
      return nil
    }
    let blockCount = (count + 31) / 32
    let state = Blowfish()
    let pass = words(Digest.sha512(passphrase))
    var key = [UInt8](repeating: 0, count: count)
    for block in 1...blockCount {
      var hashed = salt
      for shift in [24, 16, 8, 0] { hashed.append(UInt8(truncatingIfNeeded: block >> shift)) }
      var output = [UInt8](repeating: 0, count: 32)
      for _ in 1...rounds {
        hashed = hash(pass, salt: words(Digest.sha512(hashed)), state)
        for index in output.indices { output[index] ^= hashed[index] }
      }
      // The blocks are interleaved, so that whoever wants any part of the key has to compute all.
      for (index, byte) in output.enumerated() {
        let position = index * blockCount + block - 1
        guard position < count else { break }
        key[position] = byte
      }
    }
    return key
  }

  private static func hash(_ pass: [UInt32], salt: [UInt32], _ state: borrowing Blowfish) -> [UInt8]
  {
    state.reset()
    state.expand(key: pass, salt: salt)
    for _ in 0..<64 {
      state.expand(key: salt)
      state.expand(key: pass)
    }
    var data = words(Array("OxychromaticBlowfishSwatDynamite".utf8))
    for pair in stride(from: 0, to: data.count, by: 2) {
      var (left, right) = (data[pair], data[pair + 1])
      for _ in 0..<64 { state.encipher(&left, &right) }
      (data[pair], data[pair + 1]) = (left, right)
    }
    return data.flatMap { word in
      [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: word >> UInt32($0)) }
    }
  }

  private static func words(_ bytes: [UInt8]) -> [UInt32] {
    stride(from: 0, to: bytes.count, by: 4).map { start in
      bytes[start..<start + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }
  }
}
