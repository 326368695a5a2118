import SwabDocker
import SwabSSH
import SwabTestSupport

@testable import Swab

/// A way from a client to an engine.
enum EngineWay: String, Sendable, CaseIterable {
  case unixSocket
  case tcp
  case tls
  case streamLocal
  case socat
  case dialStdio
  /// A tunnel to the port of an engine that speaks TLS.
  case tunnelledTLS

  /// The ways that this build has.
  static let all: [EngineWay] = {
    #if TLS
      allCases
    #else
      allCases.filter { $0 != .tls && $0 != .tunnelledTLS }
    #endif
  }()

  /// What makes a client, for a tunnel.
  private func arguments() async throws -> DockerClientSettings.Arguments? {
    let socket = try await DockerEngine.shared().socketPath
    switch self {
    case .unixSocket, .tcp, .tls: return nil
    case .streamLocal:
      return .init(baseURL: socket, tunnelLocalPort: 18_500, tunnelMethod: "streamlocal")
    case .socat: return .init(baseURL: socket, tunnelLocalPort: 18_520, tunnelMethod: "socat")
    case .dialStdio:
      return .init(baseURL: socket, tunnelLocalPort: 18_540, tunnelMethod: "dial-stdio")
    case .tunnelledTLS:
      let secure = try await SecureEngine.shared()
      let address = secure.engine.addressWithTLS
      return .init(baseURL: address, tls: .with(secure.tls), tunnelLocalPort: 18_560)
    }
  }

  /// Lends a client that goes this way, with the server that a tunnel goes through.
  func withClient(
    _ body: (_ docker: DockerClient, _ server: SSHServer?) async throws -> Void
  ) async throws {
    guard let arguments = try await arguments() else { return try await direct(body) }
    try await withRun { run, target, server in
      let client = try DockerFabricClient(
        settings: DockerClientSettings(arguments, environment: target.environment),
        target: target,
        environment: target.environment,
        run: run
      )
      try await body(try await client.engine(), server)
      await client.close()
    }
  }

  private func direct(_ body: (DockerClient, SSHServer?) async throws -> Void) async throws {
    switch self {
    case .tcp: try await Self.overTCP { try await Self.lend($0, body) }
    case .tls:
      let secure = try await SecureEngine.shared()
      let address = secure.engine.addressWithTLS
      try await Self.lend(DockerClient(baseURL: address, tls: secure.tls), body)
    default:
      let socket = try await DockerEngine.shared().socketPath
      try await Self.lend(DockerClient(baseURL: socket), body)
    }
  }

  private static func lend(
    _ docker: DockerClient,
    _ body: (DockerClient, SSHServer?) async throws -> Void
  ) async throws {
    try await body(docker, nil)
    await docker.close()
  }

  private static func overTCP(_ body: (DockerClient) async throws -> Void) async throws {
    let socket = try await DockerEngine.shared().socketPath
    // It passes the end of a direction on, and must not lose patience with the other one.
    let front = try RunningProcess(
      "socat",
      ["-d", "-d", "-t", "600", "TCP-LISTEN:0,bind=127.0.0.1,fork", "UNIX-CONNECT:\(socket)"]
    )
    do {
      let line = try await front.waitForLine(containing: "listening on")
      let port = line.split(separator: ":").last ?? ""
      try await body(DockerClient(baseURL: "tcp://127.0.0.1:\(port)"))
    } catch {
      await front.stop()
      throw error
    }
    await front.stop()
  }
}

/// An engine with `--tlsverify`, which all tests of the ways share.
private struct SecureEngine: Sendable {
  let engine: DockerEngine
  /// What it wants.
  let tls: DockerTLS

  private static let instance = Task.detached {
    let folder = try TemporaryFolder()
    let authority = try TestAuthority(in: folder)
    let client = try authority.issue("client")
    return SecureEngine(
      engine: try await DockerEngine.start(authority),
      tls: DockerTLS(
        ca: .file(authority.certificate),
        certificate: .file(client.certificate),
        key: .file(client.key)
      )
    )
  }

  static func shared() async throws -> SecureEngine { try await instance.value }
}
