import Foundation
import SwabTestSupport
import Testing

@testable import SwabDocker

@Suite("Names of certificates")
struct CertificateNamesTests {
  /// The names of a certificate that openssl has made.
  private static func names(_ names: [String]) throws -> (CertificateNames, [UInt8]) {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let identity = try TestAuthority(in: folder).issue("it", names: names)
    let der = folder.path("it.der")
    try TestAuthority.openssl(
      ["x509", "-in", identity.certificate, "-outform", "DER", "-out", der]
    )
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: der)))
    return (CertificateNames(der: bytes), bytes)
  }

  @Test("hosts and addresses are read, and what is neither is left out")
  func reading() throws {
    let (names, _) = try Self.names([
      "DNS:a.test", "email:x@y.test", "IP:10.0.0.1", "URI:https://c.test", "DNS:*.b.test",
      "IP:::1",
    ])
    #expect(names.hosts == ["a.test", "*.b.test"])
    #expect(names.texts == ["a.test", "*.b.test", "10.0.0.1", "::1"])
    #expect(try Self.names([]).0.texts.isEmpty)
  }

  @Test(
    "hosts are found among them, with one star for one label",
    arguments: [
      ("a.test", true), ("A.TEST", true), ("a.test.", true), ("x.a.test", false),
      ("test", false), ("", false), ("x.b.test", true), ("X.B.Test", true), ("b.test", false),
      ("x.y.b.test", false), (".b.test", false), ("*.b.test", true), ("10.0.0.1", true),
      ("10.0.0.2", false), ("010.0.0.1", false), ("::1", true), ("0:0:0:0:0:0:0:1", true),
      ("::1%lo", true), ("::2", false), ("x.test", false), ("y.internal", true),
      ("x.y.internal", false), ("fx.c.test", false), ("y@a.test", false),
      ("c.test", false),
    ]
  )
  func covering(_ host: String, _ isCovered: Bool) throws {
    #expect(Self.example.cover(host) == isCovered)
  }

  private static let example =
    (try? names(
      ["DNS:a.test", "DNS:*.b.test", "IP:10.0.0.1", "IP:::1", "DNS:*.internal", "DNS:f*.c.test"]
    ).0) ?? CertificateNames(der: [])

  @Test("a certificate cut anywhere has no names that it hadn't, and crashes nobody")
  func cut() throws {
    let (names, bytes) = try Self.names(["DNS:a.test", "IP:10.0.0.1"])
    for end in 0..<bytes.count {
      let part = CertificateNames(der: Array(bytes[..<end]))
      #expect(Set(part.texts).isSubset(of: names.texts))
    }
    for index in bytes.indices {
      var changed = bytes
      changed[index] = 0xFF
      _ = CertificateNames(der: changed)
    }
  }
}
