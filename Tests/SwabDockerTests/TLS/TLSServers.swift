import Foundation
import SwabTestSupport

@testable import SwabDocker

/// A real engine with `--tlsverify`, and those who may use it, for all tests of TLS.
struct SecureEngine: Sendable {
  let engine: DockerEngine
  /// Who signed the engine's certificate and those of its clients.
  let authority: TestAuthority
  /// Somebody else.
  let stranger: TestAuthority
  let client: TestAuthority.Identity
  let foreignClient: TestAuthority.Identity
  let folder: TemporaryFolder

  private static let instance = Task.detached {
    let folder = try TemporaryFolder()
    let authority = try TestAuthority(in: folder)
    let stranger = try TestAuthority(in: folder, name: "stranger")
    return SecureEngine(
      engine: try await DockerEngine.start(authority),
      authority: authority,
      stranger: stranger,
      client: try authority.issue("client"),
      foreignClient: try stranger.issue("client"),
      folder: folder
    )
  }

  static func shared() async throws -> SecureEngine { try await instance.value }

  /// `tcp://127.0.0.1:PORT`.
  var address: String { engine.addressWithTLS ?? "" }

  /// What the engine wants.
  var tls: DockerTLS { tls(client) }

  func tls(_ client: TestAuthority.Identity?) -> DockerTLS {
    DockerTLS(
      ca: .file(authority.certificate),
      certificate: client.map { .file($0.certificate) },
      key: client.map { .file($0.key) }
    )
  }

  /// A TLS server of another kind in front of the engine's socket, with a certificate of its own.
  ///
  /// - Parameters:
  ///   - identity: The certificate.
  ///   - options: Further options of socat.
  /// - Returns: The process, and its address as `tcp://…`.
  /// - Throws: If it doesn't start.
  func front(
    _ identity: TestAuthority.Identity,
    _ options: String = "verify=0"
  ) async throws -> (process: RunningProcess, address: String) {
    let listen =
      "OPENSSL-LISTEN:0,bind=127.0.0.1,reuseaddr,fork,cert=\(identity.certificate),"
      + "key=\(identity.key),cafile=\(authority.certificate),\(options)"
    let process = try RunningProcess(
      "socat",
      ["-d", "-d", listen, "UNIX-CONNECT:\(engine.socketPath)"]
    )
    let line = try await process.waitForLine(containing: "listening on")
    return (process, "tcp://127.0.0.1:\(line.split(separator: ":").last ?? "")")
  }
}
