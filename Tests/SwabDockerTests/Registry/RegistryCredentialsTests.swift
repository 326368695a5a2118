import Foundation
import Testing

@testable import SwabDocker

@Suite("Credentials")
struct RegistryCredentialsTests {
  private static let registry = RegistryName("registry.example:5000")

  private static func decoded(_ header: String) throws -> JSONValue {
    try JSONValue(parsing: try #require(Base64.decode(header, .url)))
  }

  @Test(
    "are sent in the URL's alphabet, padded, and read back (DE-71)",
    arguments: [
      ("a", "b"), ("ab", "b"), ("abc", "b"), ("jürgen", "größer?>~"), ("~~~", "???"),
      ("user>>", "ÿÿÿ\u{1F433}"), ("a\"b\\", "line\nbreak"),
    ]
  )
  func header(_ user: String, _ password: String) throws {
    let credentials = RegistryCredentials(username: user, password: password)
    let header = credentials.header(for: Self.registry)
    #expect(header.utf8.count.isMultiple(of: 4))
    #expect(!header.contains("+") && !header.contains("/"))
    let fields = try Self.decoded(header)
    #expect(fields["username"] == .string(user))
    #expect(fields["password"] == .string(password))
    #expect(fields["serveraddress"] == "registry.example:5000")
    #expect(fields["auth"] == nil && fields["email"] == nil && fields["identitytoken"] == nil)
  }

  @Test("of some users would have +, / or = in standard base64 (DE-71)")
  func alphabets() {
    let headers = (0..<200).map {
      RegistryCredentials(username: "u\($0)~?>ÿ", password: String(repeating: "?>", count: $0 % 7))
        .header(for: Self.registry)
    }
    let all = headers.joined()
    #expect(all.contains("-") && all.contains("_") && all.contains("="))
    #expect(
      headers.allSatisfy {
        Data(
          base64Encoded:
            $0
            .replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        ) != nil
      }
    )
  }

  @Test("of nobody are an empty object")
  func anonymous() {
    #expect(RegistryCredentials.anonymousHeader == "e30=")
  }

  @Test("with a token are sent without a user")
  func token() throws {
    let header = RegistryCredentials(identityToken: "t0ken").header(for: RegistryName.dockerHub)
    let fields = try Self.decoded(header)
    #expect(fields["identitytoken"] == "t0ken")
    #expect(fields["username"] == nil && fields["password"] == nil)
    #expect(fields["serveraddress"] == "https://index.docker.io/v1/")
  }

  @Test("show no secret, however they are shown")
  func masked() {
    var credentials = RegistryCredentials(username: "me", password: "hunter2", email: "me@x")
    credentials.identityToken = "hunter3"
    credentials.registryToken = "hunter4"
    var dumped = ""
    dump(credentials, to: &dumped)
    dump([credentials], to: &dumped)
    let shown = "\(credentials) \(String(reflecting: credentials)) \([credentials]) \(dumped)"
    #expect(!shown.contains("hunter"))
    #expect("\(credentials)" == "me ••••")
    #expect("\(RegistryCredentials(identityToken: "hunter2"))" == "a token ••••")
    let logins = RegistryLogins.none()
    logins.set(credentials, for: "registry.example")
    dump(logins, to: &dumped)
    #expect("\(logins)" == "logins: registry.example" && !dumped.contains("hunter"))
  }
}
