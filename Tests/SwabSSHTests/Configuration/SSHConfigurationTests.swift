import Foundation
import SwabTestSupport
import Testing

@testable import SwabSSH

@Suite struct SSHConfigurationTests {
  static let files: [String] = [
    "",
    "Host web1\n  HostName 192.0.2.1\n  Port 2222\n  User deploy\n",
    "HOST web1\nhostname=%h.Example.COM\nPORT = 2222\nUser=deploy\n",
    "Host web* !web2\n  User a\nHost *\n  User b\nHost web2\n  User c\n",
    "Host !web2\n  User nobody\nHost web? db\n  User a\n",
    "User first\nHost web1\nUser second\nPort 22022 # the new one\nPort 1\n",
    "Host \"web1\" 'db'\n  User \"deploy\"\n  IdentityFile \"/keys/with space\"\n",
    "Host web\\ 1 web1\n  User a\\\\b\n",
    "IdentityFile /a\nHost web1\n IdentityFile /b\n IdentityFile /a\nHost *\n IdentityFile /c\n",
    "Host web1\n  IdentitiesOnly yes\n  StrictHostKeyChecking accept-new\n  HashKnownHosts true\n",
    "StrictHostKeyChecking off\nIdentitiesOnly no\nHost web1\nStrictHostKeyChecking yes\n",
    "Host db\nStrictHostKeyChecking yes\nHost web1\nStrictHostKeyChecking ask\n",
    "UserKnownHostsFile /a /b\nUserKnownHostsFile /c\nGlobalKnownHostsFile /dev/null\n",
    "Host web1\n  UserKnownHostsFile %d/known_%n_%h_%p_%r_%u ~/other\n  User x\n  Port 7\n",
    "IdentityAgent ~/agent.%r\nUser deploy\n",
    "IdentityAgent none\nConnectTimeout 15\nServerAliveInterval 1m30s\nServerAliveCountMax 7\n",
    "ConnectTimeout 1h\nServerAliveInterval 0\n",
    "Match all\n  User everyone\n",
    "Host web1\n  User a\nMatch all\n  User b\n  Port 99\n",
    "Host *.example.com\n  User wild\nHost w*b?\n  Port 33\n",
    "Host 192.0.2.*\n  User net\nHost WEB1\n  User loud\n",
    "HostKeyAlias alias\nCompression yes\nSendEnv LANG LC_*\n",
  ]

  static let hosts = ["web1", "web2", "WEB1", "db", "web1.example.com", "192.0.2.7", "other"]

  @Test("a host's settings are those that ssh -G prints", arguments: files)
  func againstOpenSSH(text: String) async throws {
    try await withTemporaryFolder { folder in
      try await compare(folder.write(text, to: "config"), hosts: Self.hosts)
    }
  }

  @Test("the same for files that chance wrote", arguments: 0..<12)
  func random(seed: Int) async throws {
    var random = SeededGenerator(seed: UInt64(seed) &+ 1)
    var text = ""
    for _ in 0..<12 { text += Self.randomLine(&random) + "\n" }
    try await withTemporaryFolder { folder in
      try await compare(folder.write(text, to: "config"), hosts: Array(Self.hosts.prefix(4)))
    }
  }

  static func randomLine(_ random: inout SeededGenerator) -> String {
    let patterns = ["web*", "!web2", "*", "web?", "db", "!db", "other", "WEB1", "w*1", "web1"]
    let values = [
      "User u", "Port 1", "HostName h%h", "IdentityFile /k", "ConnectTimeout 1",
      "UserKnownHostsFile /f", "ServerAliveCountMax 1",
    ]
    guard Bool.random(using: &random) else {
      let count = Int.random(in: 1...3, using: &random)
      let chosen = (0..<count).compactMap { _ in patterns.randomElement(using: &random) }
      return "Host " + chosen.joined(separator: " ")
    }
    return (values.randomElement(using: &random) ?? "") + "\(Int.random(in: 1...9, using: &random))"
  }

  /// Always the same numbers for the same seed.
  struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 }
    mutating func next() -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state
    }
  }

  private func compare(_ path: String, hosts: [String]) async throws {
    let home = try #require(getpwuid(getuid()).flatMap { String(cString: $0.pointee.pw_dir) })
    let configuration = try SSHConfiguration.load(path: path, home: home)
    for host in hosts {
      let printed = try await KeyTools.run("ssh", ["-G", "-F", path, host])
      try #require(printed.status == 0, "\(printed.errors)")
      let user = NSUserName()
      let settings = configuration.settings(for: host, localUser: user, home: home)
      let ours = lines(settings, localUser: user)
      let theirs = Set(printed.text.split(separator: "\n").map(String.init))
      for line in ours where !theirs.contains(line) {
        let keyword = line.prefix { $0 != " " }
        let theirLine = theirs.first { $0.hasPrefix(keyword + " ") }
        Issue.record("\(host): '\(line)', but ssh says '\(theirLine ?? "nothing")'")
      }
      let files = printed.text.split(separator: "\n").filter { $0.hasPrefix("identityfile ") }
        .map { String($0.dropFirst(13)) }
      if let ourFiles = settings.identityFiles { #expect(ourFiles == files) }
    }
  }

  /// The settings as `ssh -G` prints them.
  private func lines(_ settings: SSHHostSettings, localUser: String) -> [String] {
    var lines = [
      "hostname \(settings.address)", "port \(settings.port)",
      "user \(settings.user ?? localUser)",
      "identitiesonly \(settings.identitiesOnly ? "yes" : "no")",
      "hashknownhosts \(settings.hashesKnownHosts ? "yes" : "no")",
      "userknownhostsfile \(settings.userKnownHostsFiles.joined(separator: " "))",
      "globalknownhostsfile \(settings.globalKnownHostsFiles.joined(separator: " "))",
      "connecttimeout \(settings.connectTimeout.map { "\($0.components.seconds)" } ?? "none")",
      "serveraliveinterval \(settings.serverAliveInterval?.components.seconds ?? 0)",
      "serveralivecountmax \(settings.serverAliveCountMax ?? 3)",
    ]
    let policy: String =
      switch settings.hostKeyPolicy {
      case .yes: "true"
      case .no: "false"
      case .acceptNew: "accept-new"
      case .ask, nil: "ask"
      }
    lines.append("stricthostkeychecking \(policy)")
    switch settings.agent {
    case .none: lines.append("identityagent none")
    case .socket(let path): lines.append("identityagent \(path)")
    case .environment, .variable: break
    }
    return lines
  }
}

@Suite struct SSHConfigurationFileTests {
  @Test("tokens stand for what ssh_config(5) says")
  func tokens() async throws {
    try await withTemporaryFolder { folder in
      let path = try folder.write(
        """
        Host web1
          HostName %h.example.com
          User deploy
          Port 2222
          IdentityFile ~/.ssh/%r@%h:%p
          IdentityFile %d/%u/%n/100%%
          IdentityFile ${SWAB_NOT_SET}/%i
          IdentityAgent $SWAB_AGENT
        """,
        to: "config"
      )
      let configuration = try SSHConfiguration.load(path: path, home: "/home/ü")
      var settings = configuration.settings(for: "web1", localUser: "me", home: "/home/ü")
      #expect(
        settings.identityFiles == [
          "/home/ü/.ssh/deploy@web1.example.com:2222", "/home/ü/me/web1/100%",
          "${SWAB_NOT_SET}/\(getuid())",
        ]
      )
      let request = settings.identityRequest(home: "/home/ü") { ["SWAB_AGENT": "/run/agent"][$0] }
      #expect(request.agentSocket == "/run/agent")
      settings = configuration.settings(
        for: "web1",
        user: "root",
        port: 22,
        localUser: "me",
        home: "/home/ü"
      )
      #expect(settings.identityFiles?.first == "/home/ü/.ssh/root@web1.example.com:22")
      #expect(settings.port == 22 && settings.user == "root")
    }
  }

  @Test("Include reads what its pattern finds, under the Host line that it stands under")
  func include() async throws {
    try await withTemporaryFolder { folder in
      try folder.write("Host web1\n User a\nHost *\n Port 7\n", to: ".ssh/conf.d/one")
      try folder.write("Host db\n User b\n", to: ".ssh/conf.d/two")
      try folder.write("Port 9\nHost *\nUser all\n", to: "extra")
      let path = try folder.write(
        "Include conf.d/*\nHost db\nInclude ~/extra \(folder.path)/missing\nHost web1\nPort 3\n",
        to: "config"
      )
      let configuration = try SSHConfiguration.load(path: path, home: folder.path)
      let web = configuration.settings(for: "web1", localUser: "me", home: folder.path)
      #expect(web.user == "a" && web.port == 7)
      let database = configuration.settings(for: "db", localUser: "me", home: folder.path)
      #expect(database.user == "b" && database.port == 7)
      let other = configuration.settings(for: "other", localUser: "me", home: folder.path)
      #expect(other.user == nil && other.port == 7)
      #expect(configuration.isLiteralHost("web1") && configuration.isLiteralHost("db"))
      #expect(!configuration.isLiteralHost("*") && !configuration.isLiteralHost("other"))
    }
  }

  @Test(
    "what can't be understood is an error with file and line",
    arguments: [
      ("User a\nPort none\n", "2: Port is not a port: none"),
      ("Port 65536\n", "1: Port is not a port: 65536"),
      ("\n\nHost \"web1\n", "3: a quote is not closed"),
      ("Host\n", "1: host has no value"),
      ("IdentitiesOnly maybe\n", "1: identitiesonly is neither yes nor no: maybe"),
      (
        "StrictHostKeyChecking perhaps",
        "1: StrictHostKeyChecking is none of yes, no, ask, accept-new: perhaps"
      ),
      ("ConnectTimeout soon", "1: connecttimeout is not a time: soon"),
      ("ServerAliveCountMax -1", "1: ServerAliveCountMax is not a number: -1"),
    ]
  )
  func malformed(text: String, message: String) async throws {
    try await withTemporaryFolder { folder in
      let path = try folder.write(text, to: "config")
      let error = #expect(throws: SSHError.self) {
        try SSHConfiguration.load(path: path, home: folder.path)
      }
      #expect(error?.code == .badConfiguration)
      #expect(error?.description == "\(path):\(message)")
      // ssh refuses it too.
      #expect(try await KeyTools.run("ssh", ["-G", "-F", path, "web1"]).status != 0)
    }
  }

  @Test("a file that includes itself ends in an error")
  func endlessInclude() async throws {
    try await withTemporaryFolder { folder in
      let path = try folder.write("Include \(folder.path)/config\n", to: "config")
      let error = #expect(throws: SSHError.self) {
        try SSHConfiguration.load(path: path, home: folder.path)
      }
      #expect(error?.description == "\(path):1: more than 16 files include each other")
    }
  }

  @Test("a missing file is an error only where it was asked for")
  func missing() async throws {
    try await withTemporaryFolder { folder in
      let error = #expect(throws: SSHError.self) {
        try SSHConfiguration.load(path: folder.path("config"), home: folder.path)
      }
      #expect(error?.description == "\(folder.path)/config: No such file or directory")
      _ = try SSHConfiguration.load(home: folder.path)
    }
  }

  @Test("a ~/.ssh/config that others may write to is refused, as ssh does")
  func untrusted() async throws {
    try await withTemporaryFolder { folder in
      let path = try folder.write("User a\n", to: ".ssh/config", mode: 0o664)
      let error = #expect(throws: SSHError.self) { try SSHConfiguration.load(home: folder.path) }
      #expect(error?.code == .badConfiguration)
      #expect(error?.hint == "chmod 600 '\(path)'")
    }
  }

  @Test("keywords without effect are warned of once, where they apply")
  func warnings() async throws {
    try await withTemporaryFolder { folder in
      let path = try folder.write(
        """
        ForwardAgent no
        ProxyCommand ssh "unbalanced %h
        SendEnv LANG
        Host web1
          ProxyJump gate
          ForwardAgent yes
        Host db
          ProxyJump other
          Usre typo
        Match user x
          User y
        """,
        to: "config"
      )
      let configuration = try SSHConfiguration.load(path: path, home: folder.path)
      let web = configuration.settings(for: "web1", localUser: "me", home: folder.path)
      #expect(
        web.warnings.map(\.description) == [
          "\(path):2: ProxyCommand is not supported and has no effect",
          """
          \(path):10: Match is not supported (but for Match all): the lines under it are skipped
          """,
        ]
      )
      #expect(web.user == nil)
      let db = configuration.settings(for: "db", localUser: "me", home: folder.path)
      #expect(
        db.warnings.dropFirst().first?.description
          == "\(path):9: no keyword of ssh_config is called usre"
      )
    }
  }

  @Test(
    "what asks for nothing is not warned of, nor what an earlier line rules out, as in ssh -G",
    arguments: [
      ("ProxyCommand none", []), ("ProxyCommand NONE", []), ("ProxyCommand = none", []),
      ("ProxyCommand nc %h %p", [1]), ("RemoteCommand none\nKnownHostsCommand none", []),
      ("ProxyJump none\nHost *\nProxyJump gate", []), ("ProxyJump gate\nProxyJump none", [1]),
      ("ProxyCommand none\nProxyJump gate", []), ("ProxyJump none\nProxyCommand nc gate", [2]),
      ("ForwardAgent no\nHost web1\nForwardAgent yes", []),
    ] as [(String, [Int])]
  )
  func warnedOf(text: String, lines: [Int]) async throws {
    try await withTemporaryFolder { folder in
      let path = try folder.write(text, to: "config")
      let configuration = try SSHConfiguration.load(path: path, home: folder.path)
      let settings = configuration.settings(for: "web1", localUser: "me", home: folder.path)
      #expect(settings.warnings.map(\.location.line) == lines)
      let ssh = try await KeyTools.run("ssh", ["-G", "-F", path, "web1"])
      let words = ["proxycommand ", "proxyjump ", "remotecommand ", "knownhostscommand "]
      let active = ssh.text.split(separator: "\n").filter { line in
        words.contains { line.hasPrefix($0) } || line == "forwardagent yes"
      }
      #expect(active.count == lines.count, "\(ssh.text)")
    }
  }

  @Test("%p is the port connected to, wherever it was said")
  func portToken() async throws {
    try await withTemporaryFolder { folder in
      let text = "UserKnownHostsFile /kh_%p\nHost db\nPort 33\n"
      let path = try folder.write(text, to: "config")
      let configuration = try SSHConfiguration.load(path: path, home: folder.path)
      for (host, port, expected) in [("db", 44, 44), ("db", nil, 33), ("web1", nil, 55)] {
        let settings = configuration.settings(
          for: host,
          port: port,
          defaultPort: 55,
          localUser: "me",
          home: folder.path
        )
        #expect(settings.port == expected)
        #expect(settings.userKnownHostsFiles == ["/kh_\(expected)"])
      }
    }
  }
}
