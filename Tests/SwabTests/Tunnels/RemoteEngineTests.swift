import Testing

@testable import Swab

@Suite("Where a host's engine is")
struct RemoteEngineTests {
  @Test(
    "every form of a socket's URL leads to the socket (DF-3)",
    arguments: [
      (nil, "/var/run/docker.sock"), ("", "/var/run/docker.sock"),
      ("unix:///var/run/docker.sock", "/var/run/docker.sock"),
      ("unix://var/run/docker.sock", "/var/run/docker.sock"),
      ("unix:/var/run/docker.sock", "/var/run/docker.sock"),
      ("http+unix:/var/run/docker.sock", "/var/run/docker.sock"),
      ("http+unix:///var/run/docker.sock", "/var/run/docker.sock"),
      ("http+unix://%2Fvar%2Frun%2Fdocker.sock", "/var/run/docker.sock"),
      ("/run/a b/docker.sock", "/run/a b/docker.sock"), ("unix://", "/var/run/docker.sock"),
    ] as [(String?, String)]
  )
  func sockets(_ url: String?, _ path: String) throws {
    let engine = try RemoteEngine(baseURL: url, remotePort: nil, isSecure: false)
    #expect(engine.endpoint == .unixSocket(path: path))
  }

  @Test(
    "a port in the URL wins over docker_tunnel_remote_port (DF-5)",
    arguments: [
      ("tcp://10.0.0.5:2375", 99, "10.0.0.5", 2375), ("tcp://10.0.0.5", 99, "10.0.0.5", 99),
      ("http://h:1", nil, "h", 1), ("h:1", nil, "h", 1), ("h", 2, "h", 2),
      ("tcp://[::1]:2375", nil, "::1", 2375), (":6666", nil, "127.0.0.1", 6666),
    ] as [(String, Int?, String, Int)]
  )
  func ports(_ url: String, _ remotePort: Int?, _ host: String, _ port: Int) throws {
    let engine = try RemoteEngine(baseURL: url, remotePort: remotePort, isSecure: false)
    #expect(engine.endpoint == .tcp(host: host, port: port))
    #expect(engine.basePath.isEmpty)
  }

  @Test("a path after the port precedes each request's, and is no part of the tunnel")
  func basePath() throws {
    let url = "tcp://h:2375/docker/one/"
    let engine = try RemoteEngine(baseURL: url, remotePort: nil, isSecure: false)
    #expect(engine.endpoint == .tcp(host: "h", port: 2375))
    #expect(engine.basePath == "/docker/one")
    #expect("\(engine)" == "h:2375")
  }

  @Test(
    "what can't be is an error that says so (DF-5)",
    arguments: [
      (
        "tcp://10.0.0.5", "'tcp://10.0.0.5' is no address of a Docker Engine: it has no port"
      ),
      (
        "ftp://h:1",
        "'ftp://h:1' is no address of a Docker Engine: 'ftp' is no known scheme"
      ),
      (
        "tcp://h:0",
        "'tcp://h:0' is no address of a Docker Engine: '0' is no port from 1 to 65535"
      ),
      ("https://h", "'https://h' is no address of a Docker Engine: it has no port"),
      ("ssh://u@h:22/run/x", "a base URL with ssh:// (u@h:22) is for tasks without a host"),
      ("ssh://u:secret@h", "a base URL with ssh:// can't be read: a host string can't contain a"),
    ]
  )
  func mistakes(_ url: String, _ message: String) throws {
    let error = try #require(throws: TaskError.self) {
      try RemoteEngine(baseURL: url, remotePort: nil, isSecure: false)
    }
    #expect(error.message.hasPrefix(message))
    #expect(!"\(error)".contains("secret"))
  }

  @Test(
    "TLS where there is none is an error that names the key",
    arguments: [nil, "/run/docker.sock", "unix:///run/docker.sock", "http://h:2375"]
  )
  func noTLSThere(_ url: String?) throws {
    let error = try #require(throws: TaskError.self) {
      try RemoteEngine(baseURL: url, remotePort: nil, isSecure: true)
    }
    #expect(error.message.contains("docker_tls"))
    #expect(error.hint?.contains("tcp://") == true)
  }

  @Test("a certificate is checked against the URL's host, not the tunnel's near end")
  func serverName() throws {
    for (url, host) in [
      ("tcp://engine.test:2376", "engine.test"), ("https://[fd12::1]:2376", "fd12::1"),
      ("10.0.0.5:2376", "10.0.0.5"),
    ] {
      let engine = try RemoteEngine(baseURL: url, remotePort: nil, isSecure: true)
      #expect(engine.options(DockerTLS(ca: "x"))?.serverName == host)
      #expect(engine.options(DockerTLS(serverName: "other"))?.serverName == "other")
      #expect(engine.options(nil) == nil)
    }
  }

  @Test(
    "the probe chooses the method, or says what is missing",
    arguments: [
      ("swab-probe usable socat docker", nil, [TunnelMethod.streamLocal, .socat, .dialStdio]),
      ("swab-probe usable", nil, [.streamLocal]),
      ("noise\nswab-probe usable docker\n", nil, [.streamLocal, .dialStdio]),
      ("swab-probe usable socat", .socat, [.socat]),
      ("swab-probe usable docker", .dialStdio, [.dialStdio]),
      ("swab-probe usable socat", .streamLocal, [.streamLocal]),
      ("swab-probe usable", .socat, []), ("swab-probe usable", .dialStdio, []),
      ("swab-probe missing socat", nil, []), ("swab-probe forbidden socat", .socat, []),
      ("swab-probe notASocket", nil, []),
    ] as [(String, TunnelMethod?, [TunnelMethod])]
  )
  func probe(_ answer: String, _ forced: TunnelMethod?, _ methods: [TunnelMethod]) throws {
    let probe = try #require(TunnelProbe(answer: answer))
    guard !methods.isEmpty else {
      let error = #expect(throws: TaskError.self) {
        try probe.methods(forced: forced, path: "/s", host: "h1", user: "u")
      }
      #expect(error?.host == "h1")
      #expect(error?.hint != nil)
      return
    }
    #expect(try probe.methods(forced: forced, path: "/s", host: "h1", user: "u") == methods)
  }

  @Test(
    "an answer that isn't the probe's is none",
    arguments: ["", "hello", "swab-probe ", "swab-probe x"]
  )
  func noProbe(_ answer: String) {
    #expect(TunnelProbe(answer: answer) == nil)
  }

  @Test("a path is quoted for the shell and for socat")
  func quoting() throws {
    func socket(_ path: String) throws -> RemoteEngine {
      try RemoteEngine(baseURL: path, remotePort: nil, isSecure: false)
    }
    let engine = try socket("/run/a b,c/d'e.sock")
    #expect(
      TunnelMethod.socat.command(engine)
        == #"socat -t 1000000 STDIO,shut-close 'UNIX-CONNECT:/run/a\ b\,c/d\'\''e.sock'"#
    )
    #expect(
      TunnelMethod.socat.command(try socket("/var/run/docker.sock"))
        == "socat -t 1000000 STDIO,shut-close UNIX-CONNECT:/var/run/docker.sock"
    )
  }
}
