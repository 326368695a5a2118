import Foundation
import SwabTestSupport
import Testing

@testable import SwabDocker

@Suite("Logins of the docker command")
struct RegistryLoginsTests {
  /// A home folder with a `config.json` and credential helpers, and nothing else of this machine.
  struct Home {
    let folder: TemporaryFolder
    var variables: [String: String]

    init(config: String? = nil) throws {
      folder = try TemporaryFolder()
      variables = ["HOME": folder.path, "PATH": "\(folder.path)/bin:/usr/bin:/bin"]
      if let config { try folder.write(config, to: ".docker/config.json") }
    }

    var logins: RegistryLogins { RegistryLogins(variables: variables) }

    /// A helper that notes what it is asked, and answers with the output of a shell script.
    func addHelper(_ name: String, _ script: String) throws {
      let text = """
        #!/bin/sh
        server=$(cat)
        echo "$1 $server" >>"$HOME/asked"
        \(script)
        """
      try folder.write(text, to: "bin/docker-credential-\(name)", mode: 0o755)
    }

    var asked: [String] {
      ((try? folder.read("asked")) ?? "").split(separator: "\n").map(String.init)
    }
  }

  private static func auth(_ text: String) -> String {
    Data(text.utf8).base64EncodedString()
  }

  private static let answer = #"echo '{"ServerURL":"x","Username":"helped","Secret":"s3cret"}'"#

  @Test(
    "are found under each spelling of the registry (DE-74)",
    arguments: [
      "my.registry.net", "my.registry.net/v1/", "https://my.registry.net", "my.registry.net/",
      "http://my.registry.net/v1/", "https://my.registry.net/v2/",
    ]
  )
  func spellings(_ key: String) async throws {
    let config = #"{"auths":{"\#(key)":{"auth":"\#(Self.auth("me:p:w"))","email":"me@x"}}}"#
    let home = try Home(config: config)
    defer { home.folder.remove() }
    for name in ["my.registry.net", "https://my.registry.net/v1/"] {
      let found = try await home.logins.credentials(for: name)
      #expect(found == RegistryCredentials(username: "me", password: "p:w", email: "me@x"))
    }
    #expect(try await home.logins.credentials(for: "other.registry.net") == nil)
    #expect(try await home.logins.credentials(for: nil) == nil)
  }

  @Test(
    "of Docker Hub are found under each of its names (DE-74)",
    arguments: ["https://index.docker.io/v1/", "docker.io", "index.docker.io", "https://docker.io"]
  )
  func dockerHub(_ key: String) async throws {
    let config = #"{"auths":{"\#(key)":{"auth":"\#(Self.auth("me:pw"))"}}}"#
    let home = try Home(config: config)
    defer { home.folder.remove() }
    for name in [nil, "docker.io", "index.docker.io", "https://index.docker.io/v1/"] {
      #expect(try await home.logins.credentials(for: name)?.password == "pw")
    }
    #expect(try await home.logins.credentials(for: "registry.example") == nil)
  }

  @Test("don't take the tokens of Docker Hub's other keys for a login")
  func dockerHubTokens() async throws {
    let config = """
      {"auths":{"https://index.docker.io/v1/access-token":{"auth":"\(Self.auth("me:a"))"},
       "https://index.docker.io/v1/refresh-token":{"auth":"\(Self.auth("me:r"))"}}}
      """
    let home = try Home(config: config)
    defer { home.folder.remove() }
    #expect(try await home.logins.credentials(for: nil) == nil)
  }

  @Test("may be a token, a user in plain text, or nobody (DE-74)")
  func kinds() async throws {
    let config = """
      {"auths":{"token":{"identitytoken":"t0ken"},
       "both":{"auth":"\(Self.auth("me:"))","identitytoken":"t0ken"},
       "plain":{"username":"me","password":"pw"},"sent":{"registrytoken":"r"},
       "marker":{},"zeros":{"auth":"\(Self.auth("me:pw\u{0}\u{0}"))"}}}
      """
    let home = try Home(config: config)
    defer { home.folder.remove() }
    let logins = home.logins
    #expect(
      try await logins.credentials(for: "token") == RegistryCredentials(identityToken: "t0ken")
    )
    let both = try await logins.credentials(for: "both")
    #expect(both?.username == "me" && both?.identityToken == "t0ken")
    #expect(try await logins.credentials(for: "plain")?.password == "pw")
    #expect(try await logins.credentials(for: "sent")?.registryToken == "r")
    #expect(try await logins.credentials(for: "marker") == nil)
    #expect(try await logins.credentials(for: "zeros")?.password == "pw")
  }

  @Test(
    "are none where the file is missing or says nothing (DE-74)",
    arguments: [
      nil, "", " \n", "{}", #"{"auths":null}"#, #"{"psFormat":"x"}"#, #"{"credHelpers":{}}"#,
    ]
  )
  func nothing(_ config: String?) async throws {
    let home = try Home(config: config)
    defer { home.folder.remove() }
    #expect(try await home.logins.credentials(for: "my.registry.net") == nil)
  }

  @Test(
    "that can't be read are an error with the file's name and no secret (DE-74)",
    arguments: [
      (#"{"auths":{"r":{"auth":"hunter2"#, "no JSON", DockerError.Code.invalidJSON),
      ("hunter2", "no JSON", .invalidJSON), ("[]", "an object is expected", .invalidConfiguration),
      (#"{"auths":["hunter2"]}"#, "auths: an object", .invalidConfiguration),
      (#"{"credHelpers":"hunter2"}"#, "credHelpers: an object", .invalidConfiguration),
      (#"{"auths":{"r":{"auth":"hunter2!"}}}"#, "'r': auth is no base64", .invalidConfiguration),
      (#"{"auths":{"r":{"auth":"aHVudGVyMg=="}}}"#, "USER:PASSWORD", .invalidConfiguration),
      (#"{"auths":{"r":"hunter2"}}"#, "'r': an object", .invalidConfiguration),
    ]
  )
  func broken(_ config: String, _ reason: String, _ code: DockerError.Code) async throws {
    let home = try Home(config: config)
    defer { home.folder.remove() }
    let error = await #expect(throws: DockerError.self) {
      try await home.logins.credentials(for: "r")
    }
    #expect(error?.code == code)
    let text = "\(error.map { "\($0)" } ?? "")"
    #expect(text.contains("/.docker/config.json: ") && text.contains(reason), "\(text)")
    #expect(!text.contains("hunter2") && !text.contains("aHVudGVyMg"))
  }

  @Test("that may not be read are an error (DE-74)")
  func unreadable() async throws {
    let home = try Home()
    defer { home.folder.remove() }
    try FileManager.default.createDirectory(
      atPath: home.folder.path(".docker/config.json"),
      withIntermediateDirectories: true
    )
    let error = await #expect(throws: DockerError.self) {
      try await home.logins.credentials(for: "r")
    }
    #expect(error?.code == .fileFailed)
  }

  @Test("stand where DOCKER_CONFIG says, and in .dockercfg where there is no newer file (DE-74)")
  func places() async throws {
    let login = #"{"r":{"auth":"\#(Self.auth("old:pw"))"}}"#
    let home = try Home()
    defer { home.folder.remove() }
    try home.folder.write(login, to: ".dockercfg")
    #expect(try await home.logins.credentials(for: "r")?.username == "old")
    try home.folder.write(
      "auth = \(Self.auth("older:pw"))\nemail = me@x\n",
      to: ".dockercfg"
    )
    #expect(try await home.logins.credentials(for: nil)?.username == "older")
    try home.folder.write("{}", to: ".docker/config.json")
    #expect(try await home.logins.credentials(for: nil) == nil)
    try home.folder.write(login, to: "elsewhere/config.json")
    var other = home
    other.variables["DOCKER_CONFIG"] = home.folder.path("elsewhere")
    #expect(try await other.logins.credentials(for: "r")?.username == "old")
    other.variables["DOCKER_CONFIG"] = home.folder.path("nowhere")
    #expect(try await other.logins.credentials(for: "r") == nil)
    other.variables = [:]
    #expect(try await other.logins.credentials(for: "r") == nil)
  }

  @Test("in DOCKER_AUTH_CONFIG come before file and helpers")
  func variable() async throws {
    let config = #"{"credsStore":"x","auths":{"r":{"auth":"\#(Self.auth("file:pw"))"}}}"#
    var home = try Home(config: config)
    defer { home.folder.remove() }
    try home.addHelper("x", "echo 'credentials not found in native keychain'; exit 1")
    home.variables["DOCKER_AUTH_CONFIG"] = #"{"auths":{"r":{"auth":"\#(Self.auth("var:pw"))"}}}"#
    #expect(try await home.logins.credentials(for: "r")?.username == "var")
    #expect(home.asked.isEmpty)
    home.variables["DOCKER_AUTH_CONFIG"] = #"{"auths":{}}"#
    #expect(try await home.logins.credentials(for: "r")?.username == "file")
    home.variables["DOCKER_AUTH_CONFIG"] = "{hunter2"
    let error = await #expect(throws: DockerError.self) {
      try await home.logins.credentials(for: "r")
    }
    #expect(error?.message.hasPrefix("DOCKER_AUTH_CONFIG: no JSON") == true)
    #expect(error?.description.contains("hunter2") == false)
  }

  @Test("are asked of the registry's helper, else of the store (DE-74)")
  func helpers() async throws {
    let config = #"{"credsStore":"store","credHelpers":{"r:5000":"one","none":""}}"#
    let home = try Home(config: config)
    defer { home.folder.remove() }
    try home.addHelper("one", #"echo '{"Username":"<token>","Secret":"t0ken"}'"#)
    try home.addHelper("store", Self.answer)
    let logins = home.logins
    #expect(
      try await logins.credentials(for: "r:5000") == RegistryCredentials(identityToken: "t0ken")
    )
    #expect(try await logins.credentials(for: "https://r:5000/v2/")?.identityToken == "t0ken")
    let stored = RegistryCredentials(username: "helped", password: "s3cret")
    #expect(try await logins.credentials(for: "other.example") == stored)
    #expect(try await logins.credentials(for: "docker.io") == stored)
    // An empty name is no helper, not even the store.
    #expect(try await logins.credentials(for: "none") == nil)
    #expect(
      home.asked == [
        "get r:5000", "get r:5000", "get other.example", "get https://index.docker.io/v1/",
      ]
    )
  }

  @Test(
    "that a helper hasn't got are looked for in the file (DE-74)",
    arguments: [
      "echo 'credentials not found in native keychain'; exit 1",
      #"echo '{"ServerURL":"","Username":"","Secret":""}'"#, "echo '{}'",
    ]
  )
  func absent(_ script: String) async throws {
    let config = #"{"credsStore":"x","auths":{"r":{"auth":"\#(Self.auth("file:pw"))"},"m":{}}}"#
    let home = try Home(config: config)
    defer { home.folder.remove() }
    try home.addHelper("x", script)
    #expect(try await home.logins.credentials(for: "r")?.username == "file")
    #expect(try await home.logins.credentials(for: "m") == nil)
  }

  @Test(
    "are an error where the helper fails, with its words and no secret",
    arguments: [
      ("echo 'pass: not initialised'; exit 1", "it failed: pass: not initialised"),
      (#"echo '{"Secret":"hunter2"}'; exit 1"#, "it failed: with an answer"),
      ("exit 2", "it failed: without a word"), ("echo hunter2", "it gave no JSON"),
      ("echo hunter2 >&2; kill $$", "it failed: without a word"), ("", "it gave no JSON"),
    ]
  )
  func failing(_ script: String, _ reason: String) async throws {
    let home = try Home(config: #"{"credsStore":"x"}"#)
    defer { home.folder.remove() }
    try home.addHelper("x", script)
    let error = await #expect(throws: DockerError.self) {
      try await home.logins.credentials(for: "r.example")
    }
    #expect(error?.code == .credentialHelperFailed)
    #expect(
      error?.message == "docker-credential-x was asked for the login at r.example: \(reason)"
    )
  }

  @Test("are an error where the helper is missing, and never nobody's (DE-74)")
  func missingHelper() async throws {
    let home = try Home(config: #"{"credHelpers":{"r":"gone"}}"#)
    defer { home.folder.remove() }
    let error = await #expect(throws: DockerError.self) {
      try await home.logins.credentials(for: "r")
    }
    #expect(error?.code == .credentialHelperFailed)
    #expect(error?.message.contains("docker-credential-gone is not there") == true)
    #expect(try await home.logins.credentials(for: "other") == nil)
  }

  @Test("are not looked for with a program of another folder")
  func helperElsewhere() async throws {
    let home = try Home(config: #"{"credsStore":"../x"}"#)
    defer { home.folder.remove() }
    let error = await #expect(throws: DockerError.self) {
      try await home.logins.credentials(for: "r")
    }
    #expect(error?.message.contains("'../x' is no name of a credential helper") == true)
  }

  @Test("of a helper that reads nothing, or has more to say than there is room")
  func oddHelpers() async throws {
    let home = try Home(config: #"{"credHelpers":{"r":"deaf","s":"long"}}"#)
    defer { home.folder.remove() }
    try home.folder.write(
      "#!/bin/sh\nexec <&-\n\(Self.answer)\n",
      to: "bin/docker-credential-deaf",
      mode: 0o755
    )
    try home.addHelper("long", "dd if=/dev/zero bs=1048576 count=3 2>/dev/null")
    for _ in 0..<20 {
      #expect(try await home.logins.credentials(for: "r")?.username == "helped")
    }
    let error = await #expect(throws: DockerError.self) {
      try await home.logins.credentials(for: "s")
    }
    #expect(error?.code == .credentialHelperFailed)
  }

  @Test("of a helper that waits for somebody are given up at once")
  func cancelled() async throws {
    let home = try Home(config: #"{"credsStore":"x"}"#)
    defer { home.folder.remove() }
    try home.addHelper("x", "echo $$ >$HOME/pid; exec sleep 1000")
    let task = Task { [logins = home.logins] in try await logins.credentials(for: "r") }
    try await eventually("the helper runs") {
      (try? home.folder.read("pid"))?.hasSuffix("\n") == true
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    let text = try home.folder.read("pid").trimmingCharacters(in: .newlines)
    let pid = try #require(Int32(text))
    #expect(!ProcessTable.isRunning(pid))
  }

  @Test("that were remembered count more than the file's, until they are forgotten")
  func remembered() async throws {
    let config = #"{"auths":{"r":{"auth":"\#(Self.auth("file:pw"))"}}}"#
    let home = try Home(config: config)
    defer { home.folder.remove() }
    let logins = home.logins
    let own = RegistryCredentials(username: "own", password: "pw")
    logins.set(own, for: "https://r/v1/")
    #expect(try await logins.credentials(for: "r") == own)
    logins.set(nil, for: "r")
    #expect(try await logins.credentials(for: "r")?.username == "file")
    #expect(try await RegistryLogins.none().credentials(for: "r") == nil)
  }

  @Test("stand beside other settings")
  func otherSettings() throws {
    let file = try DockerConfigFile(
      parsing: """
        {"HttpHeaders":{"X-Meta":"a","Bad":1},"currentContext":"far","auths":{"r":{"auth":"hunter2"}}}
        """,
      path: "/home/me/.docker/config.json"
    )
    #expect(file.httpHeaders == ["X-Meta": "a"])
    #expect(file.currentContext == "far")
    var dumped = "\(file)"
    dump(file, to: &dumped)
    #expect(!dumped.contains("hunter2"))
  }
}
