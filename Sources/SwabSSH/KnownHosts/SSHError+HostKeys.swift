/// The wording of what can be wrong with a host key.
extension SSHError {
  static func hostKeyChanged(
    _ key: SSHPublicKey,
    _ line: KnownHosts.Line,
    host: String,
    name: String
  ) -> SSHError {
    let removal =
      line.isRemovable
      ? "ssh-keygen -R '\(name)' -f '\(line.file)'"
      : "remove line \(line.number) of \(line.file)"
    return SSHError(
      .hostKeyChanged,
      """
      the host key is not the one recorded at \(line.file):\(line.number): \
      it is \(key.kind) \(key.fingerprint), recorded is \(line.key.kind) \(line.key.fingerprint)
      """,
      host: host,
      hint: """
        somebody may be listening in; only if the host was reinstalled, forget the old key: \(removal)
        """
    )
  }

  static func hostKeyRevoked(
    _ key: SSHPublicKey,
    _ line: KnownHosts.Line,
    host: String
  ) -> SSHError {
    SSHError(
      .hostKeyRevoked,
      """
      the host key \(key.kind) \(key.fingerprint) is marked @revoked at \
      \(line.file):\(line.number)
      """,
      host: host,
      hint: "the host needs a new key; until then nobody who shows this one can be trusted"
    )
  }

  static func hostKeyUnknown(
    _ key: SSHPublicKey,
    host: String,
    address: String,
    port: Int,
    file: String?
  ) -> SSHError {
    let scan = "ssh-keyscan \(port == 22 ? "" : "-p \(port) ")\(address)"
    return SSHError(
      .hostKeyUnknown,
      "the host key is not known: \(key.kind) \(key.fingerprint)",
      host: host,
      hint: """
        compare it with what `ssh-keygen -lf` prints on the host, then connect once with ssh, or \
        \(scan) >> \(file ?? "~/.ssh/known_hosts"); strict_host_key_checking: accept-new trusts \
        any first key
        """
    )
  }

  static func hostKeyDeclined(_ key: SSHPublicKey, host: String) -> SSHError {
    SSHError(
      .hostKeyUnknown,
      "the host key \(key.kind) \(key.fingerprint) was not accepted",
      host: host
    )
  }

  static func hostKeySwapped(
    _ key: SSHPublicKey,
    accepted: SSHPublicKey,
    host: String
  ) -> SSHError {
    SSHError(
      .hostKeyChanged,
      """
      the host key changed during this run: it is \(key.kind) \(key.fingerprint), accepted was \
      \(accepted.kind) \(accepted.fingerprint)
      """,
      host: host
    )
  }

  static func hostKeyMalformed(_ key: SSHHostKey, host: String) -> SSHError {
    SSHError(
      .protocolError,
      "the host sent a key of type \(key.type) that isn't one",
      host: host
    )
  }
}
