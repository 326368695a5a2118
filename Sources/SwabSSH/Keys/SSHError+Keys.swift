/// The wording of what can be wrong with a key file.
extension SSHError {
  static func unreadableKey(_ path: String, _ failure: FileAccess.Failure) -> SSHError {
    SSHError(
      .badKey,
      "key file \(path) can't be read: \(failure.reason)",
      cause: failure
    )
  }

  static func notAKey(_ path: String) -> SSHError {
    SSHError(
      .badKey,
      "\(path) is not a private key file",
      hint: "a key file begins with a line like \(OpenSSHKeyFormat.beginLine)"
    )
  }

  static func badKeyFile(_ path: String, _ failure: OpenSSHKeyFormat.Failure) -> SSHError {
    switch failure {
    case .wrongPassphrase: wrongPassphrase(path)
    case .damaged: SSHError(.badKey, "key file \(path) is damaged")
    case .unsupported(let what):
      SSHError(
        .badKey,
        "key file \(path) can't be used: \(what) are not supported in key files",
        hint: "rewrite it with ssh-keygen -p -Z aes256-ctr -f '\(path)', or load it into ssh-agent"
      )
    }
  }

  static func openPermissions(_ path: String, _ mode: Int) -> SSHError {
    let octal = String(mode, radix: 8)
    let padded = String(repeating: "0", count: max(0, 4 - octal.count)) + octal
    return SSHError(
      .badKey,
      "key file \(path) is refused: others may read it (its permissions are \(padded))",
      hint: "chmod 600 '\(path)'"
    )
  }

  static func hiddenPublicKey(_ path: String) -> SSHError {
    SSHError(
      .badKey,
      "key file \(path) is encrypted in an older format that hides its public key",
      hint: "convert it to the OpenSSH format: ssh-keygen -p -f '\(path)'"
    )
  }

  static func otherPublicKey(_ path: String) -> SSHError {
    SSHError(
      .badKey,
      "key file \(path) and \(path).pub don't belong together",
      hint: "write the public key anew: ssh-keygen -y -f '\(path)' > '\(path).pub'"
    )
  }

  static func noPassphrase(_ path: String) -> SSHError {
    SSHError(
      .badKey,
      "key file \(path) is encrypted, and no passphrase was given",
      hint: "load it into ssh-agent first: ssh-add '\(path)'"
    )
  }

  static func wrongPassphrase(_ path: String) -> SSHError {
    SSHError(.badKey, "wrong passphrase for key file \(path)")
  }
}
