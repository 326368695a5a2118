import CLibSSH2

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What asking the server for its authentication methods brings.
enum MethodList: Sendable, Equatable {
  /// It wants nothing.
  case noneNeeded
  /// It accepts these.
  case methods([String])
}

extension SessionHandle {
  /// Which methods the server accepts; `nil` while it thinks.
  func authenticationMethods(user: String) throws(SSHError) -> MethodList? {
    if let list = libssh2_userauth_list(raw, user, UInt32(user.utf8.count)) {
      return .methods(String(cString: list).split(separator: ",").map(String.init))
    }
    if libssh2_userauth_authenticated(raw) != 0 { return .noneNeeded }
    let code = libssh2_session_last_errno(raw)
    if code == LIBSSH2_ERROR_EAGAIN { return nil }
    throw error(code)
  }

  /// Tries a password; `nil` while the server thinks, `false` if it said no.
  func authenticate(user: String, password: String) throws(SSHError) -> Bool? {
    // libssh2 counts bytes, and "ü" is one character but two bytes.
    let code = libssh2_userauth_password_ex(
      raw,
      user,
      UInt32(user.utf8.count),
      password,
      UInt32(password.utf8.count),
      nil
    )
    return try verdict(code)
  }

  /// Answers the server's question for a password.
  func authenticateKeyboardInteractive(
    user: String,
    dialogue: PasswordDialogue
  ) throws(SSHError) -> Bool? {
    self.dialogue = dialogue
    let code = libssh2_userauth_keyboard_interactive_ex(
      raw,
      user,
      UInt32(user.utf8.count),
      dialogueCallback
    )
    guard let result = try verdict(code) else { return nil }
    self.dialogue = nil
    return result
  }

  /// Tries a key, which must answer to `exchange` when it is asked to sign.
  func authenticate(user: String, exchange: SignatureExchange) throws(SSHError) -> Bool? {
    let key = exchange.publicKey
    let code = libssh2_userauth_publickey(
      raw,
      user,
      key,
      key.count,
      signCallback,
      exchange.abstract
    )
    return try verdict(code)
  }

  private func verdict(_ code: Int32) throws(SSHError) -> Bool? {
    switch code {
    case LIBSSH2_ERROR_AUTHENTICATION_FAILED, LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED:
      // The library says the same of a refusal and of a server that left without an answer.
      if goodbye != nil || lastMessage.hasPrefix("Waiting for") {
        throw .connectionLost(goodbye: goodbye)
      }
      return false
    case LIBSSH2_ERROR_PASSWORD_EXPIRED:
      throw SSHError(
        .authenticationFailed,
        "the password has expired",
        hint: "log in with ssh once to change it"
      )
    default: return try progress(code) ? true : nil
    }
  }
}

private let dialogueCallback:
  @convention(c) (
    UnsafePointer<CChar>?, Int32, UnsafePointer<CChar>?, Int32, Int32,
    UnsafePointer<LIBSSH2_USERAUTH_KBDINT_PROMPT>?,
    UnsafeMutablePointer<LIBSSH2_USERAUTH_KBDINT_RESPONSE>?,
    UnsafeMutablePointer<UnsafeMutableRawPointer?>?
  ) -> Void = { _, _, _, _, count, prompts, responses, abstract in
    guard
      let session = abstract?.pointee.map({
        Unmanaged<SessionHandle>.fromOpaque($0).takeUnretainedValue()
      }),
      let prompts, let responses
    else { return }
    let questions = (0..<Int(count)).map { index in
      let text = UnsafeRawBufferPointer(
        start: prompts[index].text,
        count: Int(prompts[index].length)
      )
      return PasswordDialogue.Question(
        text: String(decoding: text, as: UTF8.self),
        isShown: prompts[index].echo != 0
      )
    }
    for (index, answer) in (session.dialogue?.answers(to: questions) ?? []).enumerated() {
      // The library frees it.
      responses[index].text = strdup(answer)
      responses[index].length = UInt32(answer.utf8.count)
    }
  }

private let signCallback:
  @convention(c) (
    OpaquePointer?, UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?,
    UnsafeMutablePointer<Int>?, UnsafePointer<UInt8>?, Int,
    UnsafeMutablePointer<UnsafeMutableRawPointer?>?
  ) -> Int32 = { _, signature, signatureCount, data, count, abstract in
    guard
      let exchange = abstract?.pointee.map({
        Unmanaged<SignatureExchange>.fromOpaque($0).takeUnretainedValue()
      }),
      let signature, let signatureCount, let data
    else { return -1 }
    let answer: [UInt8]
    switch exchange.answer(for: UnsafeBufferPointer(start: data, count: count)) {
    case .later: return LIBSSH2_ERROR_EAGAIN
    // The library gives the key up, and sends nothing that the server would count.
    case .never: return -1
    case .signature(let signature): answer = signature
    }
    // The library frees it.
    guard let copy = malloc(max(1, answer.count)) else { return -1 }
    UnsafeMutableRawBufferPointer(start: copy, count: answer.count).copyBytes(from: answer)
    signature.pointee = copy.assumingMemoryBound(to: UInt8.self)
    signatureCount.pointee = answer.count
    return 0
  }
