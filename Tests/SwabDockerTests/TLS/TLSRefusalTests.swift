import Foundation
import SwabTestSupport
import Testing

@testable import SwabDocker

#if TLS
  @Suite("TLS that can't be")
  struct TLSRefusalTests {
    private func failure(
      _ address: String,
      _ tls: DockerTLS?,
      sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> DockerError {
      let docker = try DockerClient(baseURL: address, tls: tls)
      let error = await #expect(throws: DockerError.self, sourceLocation: sourceLocation) {
        try await docker.images()
      }
      try await eventually("no connection") { await docker.transport.openConnections() == 0 }
      await docker.close()
      return try #require(error, sourceLocation: sourceLocation)
    }

    @Test("under TLS 1.3, no client certificate and a foreign one are told as such (DE-10)")
    func clientCertificate() async throws {
      let secure = try await SecureEngine.shared()
      for client in [nil, secure.foreignClient] {
        // The refusal comes after the handshake, and races with the request: so look often.
        for _ in 0..<20 {
          let error = try await failure(secure.address, secure.tls(client))
          #expect(error.code == .clientCertificateRefused, "\(error)")
          #expect(error.isConnectionFailure)
          let place = secure.address.dropFirst("tcp://".count)
          #expect(
            error.message == "\(place) demands a client certificate, or refuses the one it got "
              + "(bad certificate)"
          )
          #expect(error.hint?.contains("docker_tls_cert") == true)
        }
      }
    }

    @Test("and so they are under TLS 1.2 (DE-10)", arguments: ["TLS1.2", "TLS1.3"])
    func clientCertificate(_ version: String) async throws {
      let secure = try await SecureEngine.shared()
      let identity = try secure.authority.issue("front-\(version)", names: ["IP:127.0.0.1"])
      let front = try await secure.front(identity, "verify=1,openssl-max-proto-version=\(version)")
      let docker = try DockerClient(baseURL: front.address, tls: secure.tls)
      #expect(try await docker.images().count == 1)
      await docker.close()
      for client in [nil, secure.foreignClient] {
        let error = try await failure(front.address, secure.tls(client))
        #expect(error.code == .clientCertificateRefused, "\(error)")
        #expect(error.message.contains("client certificate"))
      }
      await front.process.stop()
    }

    @Test("a CA that didn't sign the engine's certificate, and the system's (DE-10)")
    func wrongCA() async throws {
      let secure = try await SecureEngine.shared()
      var tls = secure.tls
      for ca in [.file(secure.stranger.certificate), nil] as [DockerTLS.PEM?] {
        tls.ca = ca
        let error = try await failure(secure.address, tls)
        #expect(error.code == .untrustedEngine)
        let place = secure.address.dropFirst("tcp://".count)
        #expect(
          error.message
            == "TLS with \(place) failed: the engine's certificate is not signed by a CA "
            + "that is trusted"
        )
        #expect(error.hint?.contains("docker_tls_ca") == true)
      }
      // Whoever says so gets along without.
      tls.verifies = false
      let docker = try DockerClient(baseURL: secure.address, tls: tls)
      #expect(try await docker.images().count == 1)
      await docker.close()
    }

    @Test("a certificate that has expired is told from one that is not trusted")
    func expired() async throws {
      let secure = try await SecureEngine.shared()
      let identity = try secure.authority.issue("expired", names: ["IP:127.0.0.1"], days: -1)
      let front = try await secure.front(identity)
      let error = try await failure(front.address, secure.tls)
      #expect(error.code == .untrustedEngine)
      #expect(error.message.contains("the engine's certificate has expired at 20"), "\(error)")
      #expect(error.hint?.contains("clock") == true)
      await front.process.stop()
    }

    @Test("a certificate for other names, which are told, and a name that is asked for instead")
    func wrongName() async throws {
      let secure = try await SecureEngine.shared()
      let names = ["DNS:engine.test", "DNS:*.fleet.test", "IP:192.0.2.1", "IP:fd12::1"]
      let identity = try secure.authority.issue("named", names: names)
      let front = try await secure.front(identity)
      let error = try await failure(front.address, secure.tls)
      #expect(error.code == .untrustedEngine)
      #expect(
        error.message.hasSuffix(
          "the engine's certificate is not for 127.0.0.1, but for engine.test, *.fleet.test, "
            + "192.0.2.1, fd12::1"
        )
      )
      #expect(error.hint?.contains("docker_tls_server_name") == true)
      for name in ["engine.test", "Web1.Fleet.Test.", "192.0.2.1", "fd12:0::1"] {
        var tls = secure.tls
        tls.serverName = name
        let docker = try DockerClient(baseURL: front.address, tls: tls)
        #expect(try await docker.images().count == 1)
        await docker.close()
      }
      await front.process.stop()
    }

    @Test("a common name is no name, as for the docker command")
    func commonName() async throws {
      let secure = try await SecureEngine.shared()
      let front = try await secure.front(try secure.authority.issue("localhost"))
      let address = front.address.replacing("127.0.0.1", with: "localhost")
      let error = try await failure(address, secure.tls)
      #expect(error.message.contains("is not for localhost, nor for any name"))
      await front.process.stop()
    }

    @Test("a certificate that is for clients only does for no engine")
    func usage() async throws {
      let secure = try await SecureEngine.shared()
      let identity = try secure.authority.issue(
        "usage",
        names: ["IP:127.0.0.1"],
        usage: "clientAuth"
      )
      let front = try await secure.front(identity)
      let error = try await failure(front.address, secure.tls)
      #expect(error.code == .untrustedEngine)
      await front.process.stop()
    }

    @Test("plain HTTP to a port with TLS gets a hint (DE-10)")
    func plainToTLS() async throws {
      let secure = try await SecureEngine.shared()
      let error = try await failure(secure.address, nil)
      #expect(error.code == .tlsFailed)
      #expect(error.status == 400)
      #expect(error.message == "Client sent an HTTP request to an HTTPS server.")
      #expect(error.hint?.contains("docker_tls") == true)
    }

    @Test("TLS to a plain port gets a hint")
    func tlsToPlain() async throws {
      let secure = try await SecureEngine.shared()
      let socket = secure.engine.socketPath
      let process = try RunningProcess(
        "socat",
        ["-d", "-d", "TCP-LISTEN:0,bind=127.0.0.1,reuseaddr,fork", "UNIX-CONNECT:\(socket)"]
      )
      let line = try await process.waitForLine(containing: "listening on")
      let port = line.split(separator: ":").last ?? ""
      let error = try await failure("https://127.0.0.1:\(port)", secure.tls)
      #expect(error.code == .tlsFailed)
      #expect(
        error.message == "TLS with 127.0.0.1:\(port) failed: the other side doesn't speak it"
      )
      #expect(error.hint?.contains("tcp://HOST:2375") == true)
      await process.stop()
    }

    @Test("an end of the connection within the handshake is told as such")
    func cut() async throws {
      let engine = try await FakeEngine(overTCP: true) { _ in .silence }
      let address = engine.address
      try await engine.stop()
      let refused = try await failure(address, DockerTLS())
      #expect(refused.code == .connectionFailed)
      let process = try RunningProcess(
        "socat",
        ["-d", "-d", "TCP-LISTEN:0,bind=127.0.0.1,reuseaddr,fork", "EXEC:true"]
      )
      let line = try await process.waitForLine(containing: "listening on")
      let port = line.split(separator: ":").last ?? ""
      let error = try await failure("https://127.0.0.1:\(port)", DockerTLS())
      #expect(error.code == .tlsFailed && error.isConnectionFailure)
      #expect(error.message.contains("127.0.0.1:\(port) was closed during the TLS handshake"))
      await process.stop()
    }

    @Test(
      "what the library says is read",
      arguments: [
        ("Error: 268436466 error:10000412:SSL routines:OPENSSL_internal:X at a.cc:1", .alert(42)),
        ("Error: 1 error:10000410:SSL routines:OPENSSL_internal:Y at a.cc:1", .alert(40)),
        ("Error: 1 error:1000045c:SSL routines:OPENSSL_internal:Z at a.cc:1", .alert(116)),
        (
          "Error: 1 error:1000007d:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED at a",
          .untrusted
        ),
        ("Error: 1 error:100000f7:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER at a", .noTLS),
        (
          "Error: 1 error:100000e3:SSL routines:OPENSSL_internal:NO_COMMON_SIGNATURE at b",
          .other("no common signature")
        ),
        ("something", .other("something")),
      ] as [(String, TLSFailure)]
    )
    func libraryMessages(_ message: String, _ failure: TLSFailure) {
      #expect(TLSFailure(libraryMessage: message) == failure)
    }

    @Test("alerts about the client's certificate are told from others")
    func alerts() {
      for number in [40, 41, 42, 43, 44, 45, 46, 48, 49, 116] {
        #expect(TLSFailure.alert(number).refusal != nil)
      }
      for number in [0, 10, 20, 47, 50, 70, 71, 80, 86, 112, 120] {
        #expect(TLSFailure.alert(number).refusal == nil)
      }
    }
  }
#endif
