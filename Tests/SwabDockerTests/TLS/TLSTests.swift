import Foundation
import SwabTestSupport
import Testing

@testable import SwabDocker

#if TLS
  @Suite("TLS")
  struct TLSTests {
    @Test("an engine with --tlsverify serves who has a certificate of its CA (DE-10)")
    func works() async throws {
      let secure = try await SecureEngine.shared()
      let plain = try DockerClient(baseURL: secure.engine.socketPath)
      let id = try await plain.info().id
      for url in [secure.address, secure.address.replacing("tcp:", with: "https:")] {
        let docker = try DockerClient(baseURL: url, tls: secure.tls)
        #expect(docker.baseURL == url)
        #expect(try await docker.info().id == id)
        await docker.close()
      }
      await plain.close()
    }

    @Test("certificates and keys may be given as text")
    func bytes() async throws {
      let secure = try await SecureEngine.shared()
      func pem(_ path: String) throws -> DockerTLS.PEM {
        .bytes(Array(try Data(contentsOf: URL(fileURLWithPath: path))))
      }
      let tls = DockerTLS(
        ca: try pem(secure.authority.certificate),
        certificate: try pem(secure.client.certificate),
        key: try pem(secure.client.key)
      )
      let docker = try DockerClient(baseURL: secure.address, tls: tls)
      #expect(try await docker.images().count == 1)
      await docker.close()
      #expect("\(tls)".contains("bytes"))
      for shown in ["\(tls)", String(reflecting: tls)] { #expect(!shown.contains("45, 45")) }
      var dumped = ""
      dump(tls, to: &dumped)
      #expect(!dumped.contains("45"))
    }

    @Test("connections are used again, and none is left when the client closes (DE-22)")
    func reuse() async throws {
      let secure = try await SecureEngine.shared()
      let docker = try DockerClient(baseURL: secure.address, tls: secure.tls)
      for _ in 0..<10 { _ = try await docker.images() }
      #expect(await docker.transport.openConnections() == 1)
      await docker.close()
      #expect(await docker.transport.openConnections() == 0)
    }

    @Test("what is written to a process ends by close_notify, and its output goes on (DE-50)")
    func halfClose() async throws {
      let secure = try await SecureEngine.shared()
      let docker = try DockerClient(baseURL: secure.address, tls: secure.tls)
      var spec = ContainerSpec.script("cat | wc -c; sleep 0.2; echo end")
      spec.opensStandardInput = true
      spec.closesStandardInputOnce = true
      try await withContainer(spec, of: docker) { name in
        var options = AttachOptions()
        options.input = true
        let session = try await docker.attach(name, options)
        try await docker.start(name)
        try await session.write([UInt8](repeating: 97, count: 1 << 20))
        try await session.closeInput()
        var text = ""
        for try await frame in session.output { text += frame.text }
        #expect(text.split(whereSeparator: \.isWhitespace) == ["1048576", "end"])
        #expect(try await docker.wait(name).exitCode == 0)
      }
      await docker.close()
    }

    @Test("execs give their streams apart, with input and status, over TLS as well (DE-54)")
    func exec() async throws {
      let secure = try await SecureEngine.shared()
      let docker = try DockerClient(baseURL: secure.address, tls: secure.tls)
      try await withContainer(.script("sleep 1000"), of: docker) { name in
        try await docker.start(name)
        let result = try await docker.exec(
          name,
          ["sh", "-c", "wc -c; echo oops >&2; exit 3"],
          input: DockerUpload([UInt8](repeating: 97, count: 1 << 20))
        )
        #expect(result.output.trimmingWhiteSpace() == "1048576")
        #expect(result.errorOutput == "oops\n")
        #expect(result.exitCode == 3)
      }
      await docker.close()
    }

    @Test("a reader that reads nothing holds the writer up, and gets all of it later")
    func backPressure() async throws {
      let secure = try await SecureEngine.shared()
      let docker = try DockerClient(baseURL: secure.address, tls: secure.tls)
      try await withContainer(.script("sleep 1000"), of: docker) { name in
        try await docker.start(name)
        let spec = ExecSpec(["head", "-c", "50000000", "/dev/zero"])
        let (_, session) = try await docker.execSession(name, spec)
        for _ in 0..<20 { _ = try await docker.ping() }
        #expect(await session.output.source.body.bufferedBytes() < 1 << 20)
        var count = 0
        for try await frame in session.output { count += frame.bytes.count }
        #expect(count == 50_000_000)
      }
      await docker.close()
    }

    @Test("a stream that is given up frees its connection")
    func abandoned() async throws {
      let secure = try await SecureEngine.shared()
      let docker = try DockerClient(baseURL: secure.address, tls: secure.tls)
      try await withContainer(.script("while true; do echo x; sleep 0.01; done"), of: docker) {
        name in
        try await docker.start(name)
        let reader = Task {
          for try await _ in try await docker.logs(name, follow: true) {}
        }
        try await eventually("two connections") { await docker.transport.openConnections() == 2 }
        reader.cancel()
        _ = await reader.result
        try await eventually("one connection") { await docker.transport.openConnections() == 1 }
      }
      await docker.close()
    }

    @Test("what is no certificate or key of the client's is told when the client is made")
    func badFiles() async throws {
      let secure = try await SecureEngine.shared()
      let (ca, client) = (secure.authority.certificate, secure.client)
      let locked = secure.folder.path("locked.pem")
      try TestAuthority.openssl(
        ["pkey", "-in", client.key, "-aes256", "-passout", "pass:secret", "-out", locked]
      )
      let empty = try secure.folder.write("nothing\n", to: "empty.pem")
      let cases: [(DockerTLS, String)] = [
        (DockerTLS(ca: "/nowhere/ca.pem"), "reading /nowhere/ca.pem: No such file or directory"),
        (DockerTLS(ca: .file(empty)), "\(empty): there is no certificate in it"),
        (
          DockerTLS(certificate: .file(client.certificate), key: .file(locked)),
          "\(locked): the key is protected by a passphrase, and nobody is asked for one"
        ),
        (
          DockerTLS(certificate: .file(client.certificate), key: .file(ca)),
          "\(ca): there is no private key in it"
        ),
        (
          DockerTLS(certificate: .file(ca), key: .file(client.key)),
          "the certificate \(ca) and the key \(client.key) can't be used together"
        ),
        (
          DockerTLS(certificate: .file(client.certificate)),
          "a client shows who it is by a certificate and its key; here is a certificate without its key"
        ),
      ]
      for (tls, message) in cases {
        let error = #expect(throws: DockerError.self) {
          try DockerClient(baseURL: "tcp://127.0.0.1", tls: tls)
        }
        #expect(error?.message == message)
        #expect(error?.description.contains("secret") == false)
      }
    }

    @Test(
      "addresses that have no TLS are refused, rather than reached without it",
      arguments: ["/var/run/docker.sock", "http://127.0.0.1:2375"]
    )
    func noTLSThere(_ url: String) throws {
      let error = #expect(throws: DockerError.self) {
        try DockerClient(baseURL: url, tls: DockerTLS())
      }
      #expect(error?.code == .invalidArgument)
      #expect(error?.hint?.contains("https://") == true)
    }

    @Test("port 2376 is the engine's with TLS, and 2375 without")
    func ports() throws {
      #expect(try DockerClient(baseURL: "tcp://h", tls: DockerTLS()).baseURL == "tcp://h:2376")
      #expect(try DockerClient(baseURL: "https://h").baseURL == "https://h:2376")
      #expect(try DockerClient(baseURL: "tcp://h").baseURL == "tcp://h:2375")
      #expect(try DockerClient(baseURL: "tcp://h:1", tls: DockerTLS()).baseURL == "tcp://h:1")
    }
  }
#endif
