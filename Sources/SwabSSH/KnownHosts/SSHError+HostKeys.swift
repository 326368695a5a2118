/// The wording of what can be wrong with a host key.
extension SSHError {
  static func hostKeyChanged(
    _ key: SSHPublicKey,
    _ line: KnownHost.Line,
    of known: KnownHost,
    host: String
  ) -> SSHError {
    let removal =
      line.isRemovable
      ? "ssh-keygen -R '\(known.name)' -f '\(line.file)'"
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

  /// The host may well be the right one, but nothing shows it.
  static func hostKeyUnverifiable(
    _ key: SSHPublicKey,
    _ lines: [KnownHost.Line],
    host: String
  ) -> SSHError {
    let recorded = lines.map { "\($0.key.kind) key (\($0.file):\($0.number))" }
    return SSHError(
      .hostKeyUnverifiable,
      """
      the host is known only by its \(recorded.joined(separator: " and ")), which the installed \
      libssh2 can't verify; it showed \(key.kind) \(key.fingerprint), which may or may not be its own
      """,
      host: host,
      hint: """
        get its other keys from a place you trust: log in once with `ssh -o UpdateHostKeys=yes`, \
        which checks the recorded key and adds them, or compare what ssh-keyscan prints with what \
        `ssh-keygen -lf` prints on the host
        """
    )
  }

  static func hostKeyRevoked(
    _ key: SSHPublicKey,
    _ line: KnownHost.Line,
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
}
