import Foundation
import Testing

@testable import SwabSSH

/// A few keys, made once for all tables.
enum SampleKeys {
  static let ed25519 = key("ssh-ed25519", 1)
  static let other = key("ssh-ed25519", 2)
  static let ecdsa = key("ecdsa-sha2-nistp256", 3)
  static let rsa = key("ssh-rsa", 4)
  static let otherRSA = key("ssh-rsa", 5)

  /// A key for matching only: it has a type and stands for nothing.
  static func key(_ type: String, _ number: UInt8) -> SSHPublicKey {
    var writer = SSHWireWriter()
    writer.write(text: type)
    writer.write(string: [UInt8](repeating: number, count: 32))
    guard let key = SSHPublicKey(blob: writer.bytes) else { preconditionFailure("not a key") }
    return key
  }

  static func line(_ names: String, _ key: SSHPublicKey, marker: String = "") -> String {
    "\(marker)\(names) \(key.type) \(Base64.encode(key.blob)) a comment"
  }
}

@Suite struct KnownHostsTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var names: String
    var address: String
    var port = 22
    var matches: Bool
    var testDescription: String { "\(names) for \(address):\(port)" }
  }

  static let cases: [Case] = [
    Case(names: "web1", address: "web1", matches: true),
    Case(names: "web1", address: "WEB1", matches: true),
    Case(names: "Web1", address: "web1", matches: true),
    Case(names: "web1", address: "web11", matches: false),
    Case(names: "web1,192.0.2.1", address: "192.0.2.1", matches: true),
    Case(names: "db,web1", address: "web2", matches: false),
    Case(names: "*.example.com", address: "web1.example.com", matches: true),
    Case(names: "*.example.com", address: "example.com", matches: false),
    Case(names: "web?", address: "web1", matches: true),
    Case(names: "web?", address: "web", matches: false),
    Case(names: "web*1", address: "web-a-1-b-1", matches: true),
    Case(names: "*,!web2", address: "web1", matches: true),
    Case(names: "*,!web2", address: "web2", matches: false),
    Case(names: "!web*,*", address: "web2", matches: false),
    Case(names: "!web2", address: "web1", matches: false),
    Case(names: "[web1]:2222", address: "web1", port: 2222, matches: true),
    Case(names: "[web1]:2222", address: "web1", matches: false),
    Case(names: "[web1]:2222", address: "web1", port: 2223, matches: false),
    Case(names: "[*.example.com]:2222", address: "a.example.com", port: 2222, matches: true),
    // As in OpenSSH, a host at another port may be known by its bare name.
    Case(names: "web1", address: "web1", port: 2222, matches: true),
    Case(names: "[fe80::1%eth0]:2222", address: "fe80::1%eth0", port: 2222, matches: true),
    Case(names: "2001:db8::1", address: "2001:DB8::1", matches: true),
  ]

  @Test("names match as in OpenSSH: lists, wildcards, negation, ports (TR-58)", arguments: cases)
  func names(row: Case) {
    let known = read(SampleKeys.line(row.names, SampleKeys.ed25519))
    let finding = known.host(address: row.address, port: row.port).find(SampleKeys.ed25519)
    #expect(finding == (row.matches ? .match : .unknown))
  }

  @Test("the same, judged by ssh-keygen -F, where it can be asked (TR-58)", arguments: cases)
  func againstOpenSSH(row: Case) async throws {
    // ssh-keygen -F knows nothing of the bare name as a fallback.
    guard row.port == 22 || row.names.contains("[") else { return }
    try await KeyTools.withFolder { folder in
      let file = folder.appending(path: "known_hosts")
      try (Self.realLine(row.names) + "\n").write(to: file, atomically: false, encoding: .utf8)
      let name = KnownHosts.name(address: row.address, port: row.port)
      let found = try await KeyTools.run("ssh-keygen", ["-F", name, "-f", file.path])
      #expect((found.status == 0) == row.matches)
    }
  }

  static func realLine(_ names: String) -> String { "\(names) \(SSHAgentClientTests.line)" }

  @Test("names hashed by ssh-keygen -H are found (TR-58)")
  func hashed() async throws {
    try await KeyTools.withFolder { folder in
      let file = folder.appending(path: "known_hosts")
      let text =
        ["web1,192.0.2.1", "[web2]:2222"].map(Self.realLine).joined(separator: "\n") + "\n"
      try text.write(to: file, atomically: false, encoding: .utf8)
      try await KeyTools.run("ssh-keygen", ["-H", "-f", file.path])
      let hashed = try String(contentsOf: file, encoding: .utf8)
      #expect(!hashed.contains("web") && hashed.contains("|1|"))
      let known = read(hashed)
      let key = try #require(SSHPublicKey(line: SSHAgentClientTests.line))
      #expect(known.host(address: "web1", port: 22).find(key) == .match)
      #expect(known.host(address: "192.0.2.1", port: 22).find(key) == .match)
      #expect(known.host(address: "Web2", port: 2222).find(key) == .match)
      #expect(known.host(address: "web2", port: 22).find(key) == .unknown)
      #expect(known.host(address: "web3", port: 22).find(key) == .unknown)
    }
  }

  @Test("a hashed name is found among a thousand others, and ssh-keygen -F finds it too (TR-58)")
  func thousandHashed() async throws {
    try await KeyTools.withFolder { folder in
      let file = folder.appending(path: "known_hosts")
      let key = try #require(SSHPublicKey(line: SSHAgentClientTests.line))
      let lines = (1...1000).map { Self.realLine(HashedName.field(for: "[web\($0)]:2222")) }
      let text = lines.joined(separator: "\n") + "\n"
      try text.write(to: file, atomically: false, encoding: .utf8)
      let known = read(text)
      #expect(known.isSlow)
      for number in [1, 500, 1000] {
        #expect(known.host(address: "web\(number)", port: 2222).find(key) == .match)
      }
      #expect(known.host(address: "web1001", port: 2222).find(key) == .unknown)
      let found = try await KeyTools.run("ssh-keygen", ["-F", "[web500]:2222", "-f", file.path])
      #expect(found.text.contains("line 500"))
    }
  }

  @Test("an RSA key on record is asked for by its newer signatures too, and its old one last")
  func algorithms() {
    let known = read(SampleKeys.line("web1", SampleKeys.rsa))
    let algorithms = known.host(address: "web1", port: 22).algorithms
    #expect(algorithms == ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"])
  }

  @Test("another key is a change, of whatever type, as in OpenSSH (TR-57)")
  func changed() throws {
    let known = read(
      """
      # the machines
      web1 ssh-ed25519 !junk

      \(SampleKeys.line("web1", SampleKeys.ecdsa))
      \(SampleKeys.line("web*", SampleKeys.ed25519))
      """
    )
    let host = known.host(address: "web1", port: 22)
    guard case .changed(let line) = host.find(SampleKeys.other) else {
      Issue.record("not a change")
      return
    }
    #expect(line.file == "known_hosts" && line.number == 5 && !line.isRemovable)
    guard case .changed(let first) = host.find(SampleKeys.rsa) else {
      Issue.record("not a change")
      return
    }
    #expect(first.number == 4 && first.isRemovable)
    #expect(host.find(SampleKeys.ecdsa) == .match)
    #expect(host.find(SampleKeys.ed25519) == .match)
    #expect(host.algorithms == ["ecdsa-sha2-nistp256", "ssh-ed25519"])
    #expect(known.host(address: "web1", port: 2222).algorithms.count == 2)
    #expect(known.host(address: "db", port: 22).algorithms.isEmpty)
  }

  @Test("a revoked key is refused even where another line trusts it (TR-58)")
  func revoked() {
    let known = read(
      """
      \(SampleKeys.line("web1", SampleKeys.ed25519))
      \(SampleKeys.line("*", SampleKeys.ed25519, marker: "@revoked "))
      \(SampleKeys.line("web2", SampleKeys.other))
      """
    )
    let finding = known.host(address: "web1", port: 22).find(SampleKeys.ed25519)
    guard case .revoked(let line) = finding else {
      Issue.record("not revoked")
      return
    }
    #expect(line.number == 2)
    #expect(known.host(address: "web2", port: 22).find(SampleKeys.other) == .match)
    #expect(known.host(address: "web3", port: 22).find(SampleKeys.other) == .unknown)
  }

  @Test("certificate authorities are passed over, and so is what nobody understands")
  func passedOver() {
    let known = read(
      """
      \(SampleKeys.line("*", SampleKeys.ed25519, marker: "@cert-authority "))
      \(SampleKeys.line("*", SampleKeys.ed25519, marker: "@unheard-of "))
      web1 1024 35 1234567890
      web1 ssh-rsa \(Base64.encode(SampleKeys.ed25519.blob))
      |1|c2FsdA==|aGFzaA== ssh-ed25519 \(Base64.encode(SampleKeys.ed25519.blob))
      |2|x|y|z
      @revoked
      web1
      web1 ssh-ed25519
      """
    )
    #expect(known.host(address: "web1", port: 22).find(SampleKeys.ed25519) == .unknown)
    #expect(known.host(address: "web1", port: 22).algorithms.isEmpty)
  }

  private func read(_ text: String) -> KnownHosts {
    var known = KnownHosts()
    known.add(Array(text.utf8), file: "known_hosts")
    return known
  }
}
