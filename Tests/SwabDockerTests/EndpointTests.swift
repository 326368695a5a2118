import Foundation
import SwabTestSupport
import Testing

@testable import SwabDocker

/// A home folder with Docker's settings in it.
private struct DockerHome {
  let folder: TemporaryFolder

  var path: String { "\(folder.path)/.docker" }

  func environment(_ variables: [String: String] = [:]) -> [String: String] {
    variables.merging(["HOME": folder.path]) { $1 }
  }

  /// Adds a context, as the docker command keeps it.
  func add(_ name: String, docker: String?, tls files: [String] = []) throws {
    let id = SHA256.hexDigest(of: name)
    let endpoints = docker.map { #""docker":\#($0)"# } ?? ""
    let meta = #"{"Name":"\#(name)","Metadata":{},"Endpoints":{\#(endpoints)}}"#
    try folder.write(meta, to: ".docker/contexts/meta/\(id)/meta.json")
    for file in files {
      try folder.write("", to: ".docker/contexts/tls/\(id)/docker/\(file)")
    }
  }

  func resolve(
    address: String? = nil,
    context: String? = nil,
    _ variables: [String: String] = [:]
  ) throws -> DockerEndpoint {
    try DockerEndpoint.resolve(
      address: address,
      context: context,
      environment: environment(variables)
    )
  }

  static func with(_ body: (DockerHome) throws -> Void) throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    try body(DockerHome(folder: folder))
  }
}

@Suite("The engine that the docker command would talk to (DE-11)")
struct EndpointTests {
  @Test("the address comes before DOCKER_HOST, that before the contexts, and they before nothing")
  func order() throws {
    try DockerHome.with { home in
      for name in ["asked", "variable", "current"] {
        try home.add(name, docker: #"{"Host":"tcp://\#(name):1"}"#)
      }
      let all = ["DOCKER_HOST": "tcp://host:1", "DOCKER_CONTEXT": "variable"]
      #expect(try home.resolve().origin == .standard)
      #expect(try home.resolve().baseURL == nil)
      try home.folder.write(#"{"currentContext":"current"}"#, to: ".docker/config.json")
      #expect(try home.resolve(address: "tcp://a:1", all).baseURL == "tcp://a:1")
      #expect(try home.resolve(address: "tcp://a:1", all).origin == .address)
      #expect(try home.resolve(context: "asked", all).origin == .context("asked"))
      #expect(try home.resolve(context: "asked", all).baseURL == "tcp://asked:1")
      #expect(try home.resolve(all).baseURL == "tcp://host:1")
      #expect(try home.resolve(all).origin == .variable)
      let context = try home.resolve(["DOCKER_CONTEXT": "variable", "DOCKER_HOST": ""])
      #expect(context.origin == .context("variable"))
      #expect(try home.resolve(["DOCKER_CONTEXT": ""]).baseURL == "tcp://current:1")
      #expect(try home.resolve(["DOCKER_CONTEXT": "default"]).origin == .standard)
      #expect(try home.resolve(context: "default", all).baseURL == "tcp://host:1")
      let error = #expect(throws: DockerError.self) {
        try home.resolve(address: "tcp://a:1", context: "asked")
      }
      #expect(error?.code == .invalidArgument)
    }
  }

  @Test("an unknown context is an error that says who asks for it, and which there are")
  func unknown() throws {
    try DockerHome.with { home in
      try home.add("prod", docker: #"{"Host":"tcp://prod:1"}"#)
      try home.add("empty", docker: nil)
      try home.folder.write(#"{"currentContext":"gone"}"#, to: ".docker/config.json")
      let current = #expect(throws: DockerError.self) { try home.resolve() }
      #expect(current?.code == .unknownContext)
      #expect(
        current?.message == "there is no Docker context 'gone' (currentContext of "
          + "\(home.path)/config.json)"
      )
      #expect(current?.hint == "there are: default, empty, prod")
      let variable = #expect(throws: DockerError.self) {
        try home.resolve(["DOCKER_CONTEXT": "../prod"])
      }
      #expect(variable?.message == "there is no Docker context '../prod' (DOCKER_CONTEXT)")
      let empty = #expect(throws: DockerError.self) { try home.resolve(context: "empty") }
      #expect(empty?.message == "the Docker context 'empty' (asked for) names no engine")
    }
  }

  @Test("settings that are no JSON are an error that names the file")
  func broken() throws {
    try DockerHome.with { home in
      try home.folder.write("{", to: ".docker/config.json")
      let error = #expect(throws: DockerError.self) { try home.resolve() }
      #expect(error?.code == .invalidJSON)
      #expect(error?.message.hasPrefix("\(home.path)/config.json: ") == true)
      #expect(try home.resolve(["DOCKER_HOST": "tcp://h"]).origin == .variable)
      try home.folder.write("\n", to: ".docker/config.json")
      #expect(try home.resolve().origin == .standard)
    }
  }

  @Test("DOCKER_CONFIG names another folder, and DOCKER_API_VERSION the version")
  func elsewhere() throws {
    try DockerHome.with { home in
      try home.add("prod", docker: #"{"Host":"tcp://prod:1"}"#)
      let endpoint = try DockerEndpoint.resolve(
        environment: [
          "DOCKER_CONFIG": home.path, "DOCKER_CONTEXT": "prod", "DOCKER_API_VERSION": "1.40",
        ]
      )
      #expect(endpoint.baseURL == "tcp://prod:1")
      #expect(endpoint.apiVersion == "1.40")
      #expect(try DockerEndpoint.resolve(environment: [:]) == DockerEndpoint(origin: .standard))
    }
  }

  @Test("TLS of the environment is as the docker command has it")
  func variables() throws {
    try DockerHome.with { home in
      let (tcp, folder) = ("tcp://h:1", home.path)
      let verified = DockerTLS(ca: .file("\(folder)/ca.pem"))
      let unverified = DockerTLS(verifies: false)
      func tls(_ variables: [String: String]) throws -> DockerTLS? {
        try home.resolve(variables).tls
      }
      #expect(try tls(["DOCKER_HOST": tcp]) == nil)
      #expect(try tls(["DOCKER_HOST": tcp, "DOCKER_TLS_VERIFY": "1"]) == verified)
      // Any value but nothing, also this one.
      #expect(try tls(["DOCKER_HOST": tcp, "DOCKER_TLS_VERIFY": "0"]) == verified)
      #expect(try tls(["DOCKER_HOST": tcp, "DOCKER_TLS_VERIFY": ""]) == nil)
      #expect(try tls(["DOCKER_HOST": tcp, "DOCKER_TLS": "1"]) == unverified)
      #expect(
        try tls(["DOCKER_HOST": tcp, "DOCKER_TLS": "1", "DOCKER_TLS_VERIFY": "1"]) == verified
      )
      #expect(try tls(["DOCKER_HOST": tcp, "DOCKER_CERT_PATH": "/c"]) == nil)
      #expect(
        try tls(["DOCKER_HOST": tcp, "DOCKER_CERT_PATH": "/c", "DOCKER_TLS_VERIFY": "1"])
          == DockerTLS(ca: "/c/ca.pem")
      )
      for socket in ["unix:///x", "Unix:/x", "http+unix:/x", "/x"] {
        #expect(try tls(["DOCKER_HOST": socket, "DOCKER_TLS_VERIFY": "1"]) == nil)
      }
      #expect(try tls(["DOCKER_HOST": "ssh://h", "DOCKER_TLS_VERIFY": "1"]) == nil)
      #expect(try tls(["DOCKER_HOST": "https://h"]) == nil)
      #expect(
        try tls(["DOCKER_HOST": "https://h", "DOCKER_CERT_PATH": "/c"])
          == DockerTLS(ca: "/c/ca.pem")
      )
      let nowhere = try home.resolve(["DOCKER_TLS_VERIFY": "1"])
      #expect(nowhere.baseURL == "tcp://localhost:2376")
      #expect(nowhere.tls == verified)
      for file in ["cert.pem", "key.pem"] { try home.folder.write("", to: ".docker/\(file)") }
      let (certificate, key) = ("\(folder)/cert.pem", "\(folder)/key.pem")
      #expect(
        try tls(["DOCKER_HOST": tcp, "DOCKER_TLS_VERIFY": "1"])
          == DockerTLS(
            ca: .file("\(folder)/ca.pem"),
            certificate: .file(certificate),
            key: .file(key)
          )
      )
    }
  }

  @Test("a context brings its own certificates, and no others")
  func contextTLS() throws {
    try DockerHome.with { home in
      let host = #""Host":"tcp://h:1""#
      try home.add("plain", docker: "{\(host)}")
      try home.add("ca", docker: "{\(host)}", tls: ["ca.pem"])
      try home.add("full", docker: "{\(host)}", tls: ["ca.pem", "cert.pem", "key.pem"])
      try home.add("skip", docker: #"{\#(host),"SkipTLSVerify":true}"#)
      try home.add("socket", docker: #"{"Host":"unix:///x","SkipTLSVerify":true}"#)
      func tls(_ name: String) throws -> DockerTLS? {
        try home.resolve(["DOCKER_CONTEXT": name, "DOCKER_TLS_VERIFY": "1"]).tls
      }
      func file(_ context: String, _ name: String) -> DockerTLS.PEM {
        let id = SHA256.hexDigest(of: context)
        return .file("\(home.path)/contexts/tls/\(id)/docker/\(name)")
      }
      #expect(try tls("plain") == nil)
      #expect(try tls("ca") == DockerTLS(ca: file("ca", "ca.pem")))
      #expect(
        try tls("full")
          == DockerTLS(
            ca: file("full", "ca.pem"),
            certificate: file("full", "cert.pem"),
            key: file("full", "key.pem")
          )
      )
      #expect(try tls("skip") == DockerTLS(verifies: false))
      #expect(try tls("socket") == nil)
    }
  }

  #if TLS
    @Test("a client is made as the environment says, for a context that the docker command made")
    func client() async throws {
      let secure = try await SecureEngine.shared()
      try await withTemporaryFolder { folder in
        let environment = ["HOME": folder.path, "DOCKER_CONFIG": folder.path("docker")]
        let made = try await RunningProcess.run(
          "docker",
          [
            "context", "create", "secure", "--docker",
            "host=\(secure.address),ca=\(secure.authority.certificate),"
              + "cert=\(secure.client.certificate),key=\(secure.client.key)",
          ],
          environment: environment
        )
        try #require(made.exitStatus == 0, "\(made.lines)")
        let docker = try DockerClient.fromEnvironment(context: "secure", environment: environment)
        #expect(docker.baseURL == secure.address)
        #expect(try await !docker.images().isEmpty)
        await docker.close()
        let used = try await RunningProcess.run(
          "docker",
          ["context", "use", "secure"],
          environment: environment
        )
        try #require(used.exitStatus == 0, "\(used.lines)")
        #expect(
          try DockerEndpoint.resolve(environment: environment).origin == .context("secure")
        )
      }
    }
  #endif

  @Test("HttpHeaders of config.json go with each request, and change none that it needs itself")
  func headers() async throws {
    let engine = try await FakeEngine(version: "1.41") { _ in
      FakeEngine.json("201 Created", #"{"Name":"v","Driver":"local"}"#)
    }
    try await withTemporaryFolder { folder in
      let settings = #"{"HttpHeaders":{"X-Meta":"a","content-type":"text/plain","Host":"other"}}"#
      try folder.write(settings, to: "config.json")
      let environment = ["DOCKER_HOST": engine.address, "DOCKER_CONFIG": folder.path]
      let docker = try DockerClient.fromEnvironment(environment: environment)
      _ = try await docker.createVolume(VolumeSpec("v"))
      await docker.close()
      let all = engine.requests.map { request in request.headers.map { $0.lowercased() } }
      #expect(all.count == 2 && all.allSatisfy { $0.contains("x-meta: a") }, "\(all)")
      #expect(!all.contains { $0.contains("host: other") })
      let created = try #require(all.last)
      let types = created.filter { $0.hasPrefix("content-type:") }
      #expect(types == ["content-type: application/json"])
      // An address of one's own is none of the docker command's settings' business.
      let given = try DockerEndpoint.resolve(address: engine.address, environment: environment)
      #expect(given.headers.isEmpty)
    }
  }

  @Test("ssh:// is left to those who speak SSH")
  func ssh() throws {
    let endpoint = try DockerEndpoint.resolve(environment: ["DOCKER_HOST": "ssh://u@h/run/x"])
    #expect(endpoint.baseURL == "ssh://u@h/run/x")
    let error = #expect(throws: DockerError.self) { try DockerClient(endpoint) }
    #expect(error?.code == .unsupportedAddress)
    #expect(error?.hint?.contains("tunnel") == true)
  }
}
