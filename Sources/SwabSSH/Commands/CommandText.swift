/// The words of commands, as they go over the wire.
enum CommandText {
  /// Makes a command run by `/bin/sh` under any login shell, with a line before its output that
  /// tells its process id.
  ///
  /// sshd makes each command the leader of a session of its own, and `exec` keeps the process id
  /// from the login shell on, so the number names the process group as well.
  static func reporting(_ text: String, marker: String) -> String {
    guard needsEncoding(text) else {
      return "exec /bin/sh -c " + quoted("echo \(marker) $$; \(text)")
    }
    let script = "echo \(marker) $$; exec /bin/sh -c \" $(printf \"$1\")\""
    return "exec /bin/sh -c '\(script)' sh '\(encoded(text))'"
  }

  /// Ends a process group: TERM, and KILL when that didn't do it.
  ///
  /// Returns on the host when nothing of the group is left.
  static func ending(processGroup: Int, grace: Duration) -> String {
    let tenths =
      grace.components.seconds * 10 + grace.components.attoseconds / 100_000_000_000_000_000
    // Where sleep knows no fractions, each round takes a second.
    let script = """
      kill -TERM -\(processGroup) || exit 0; n=0; \
      while kill -0 -\(processGroup); do \
      if [ $n -ge \(tenths) ]; then kill -KILL -\(processGroup); exit 0; fi; \
      sleep 0.1 || { sleep 1; n=$((n+9)); }; n=$((n+1)); done
      """
    return "exec /bin/sh -c '{ \(script); } 2>/dev/null'"
  }

  /// In single quotes, for sh, bash, zsh, fish and csh.
  static func quoted(_ text: String) -> String {
    // By bytes, as shells read them: to Swift, a quote with an accent is no quote any more.
    var bytes = Array("'".utf8)
    for byte in text.utf8 {
      if byte == UInt8(ascii: "'") { bytes += "'\\''".utf8 } else { bytes.append(byte) }
    }
    return String(decoding: bytes + "'".utf8, as: UTF8.self)
  }

  /// Whether single quotes alone mean different things to different shells: fish reads backslashes
  /// in them, csh history and line ends.
  private static func needsEncoding(_ text: String) -> Bool {
    text.utf8.contains { "\\!\n\r".utf8.contains($0) }
  }

  /// For a `printf` on the other side: everything that any shell could stumble on as octal.
  private static func encoded(_ text: String) -> String {
    var result: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "%"): result += "%%".utf8
      case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "!"), 0..<32:
        let octal = String(byte, radix: 8)
        result += ("\\" + String(repeating: "0", count: 3 - octal.count) + octal).utf8
      default: result.append(byte)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// A marker that nothing else on the host prints.
  static func freshMarker() -> String {
    "swab-" + String(UInt64.random(in: .min ... .max), radix: 16)
  }
}
