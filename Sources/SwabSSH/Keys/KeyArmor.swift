/// The BEGIN and END lines around a key, and what is between them.
struct KeyArmor {
  struct Malformed: Error {}

  /// "OPENSSH PRIVATE KEY", "RSA PRIVATE KEY".
  let label: String
  /// "Proc-Type: 4,ENCRYPTED" and the like.
  let headers: [String]
  let base64: [UInt8]

  init(_ bytes: [UInt8]) throws(Malformed) {
    let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
      .map { $0.trimmingWhitespace() }
    guard let begin = lines.firstIndex(where: { $0.hasPrefix("-----BEGIN ") }),
      lines[begin].hasSuffix("-----"), lines[begin].count > 16
    else { throw Malformed() }
    label = String(lines[begin].dropFirst(11).dropLast(5))
    guard label.hasSuffix("PRIVATE KEY"),
      let end = lines[begin...].firstIndex(of: "-----END \(label)-----")
    else { throw Malformed() }
    let body = lines[(begin + 1)..<end]
    headers = body.filter { $0.contains(":") }
    base64 = body.filter { !$0.contains(":") }.flatMap { Array($0.utf8) }
  }
}
