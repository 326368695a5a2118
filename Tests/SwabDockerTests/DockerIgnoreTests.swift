import Foundation
import SwabTestSupport
import Testing

@testable import SwabDocker

@Suite("A .dockerignore")
struct DockerIgnoreTests {
  /// The files of the folder that all patterns are tried on; their folders are there, too.
  static let files = [
    ".dockerignore", "Dockerfile", "Dockerfile.alt", "a.go", "a.py", "b.py", "bar/a.py", "cde.py",
    "foo/Dockerfile3", "foo/a.py", "foo/b.py", "foo/bar/a.py", "subdir/file.txt",
    "subdir/subdir2/file.txt", "subdir/subdir2/target/file.txt",
    "subdir/subdir2/target/subdir/file.txt", "subdir/target/file.txt",
    "subdir/target/subdir/file.txt", "target/file.txt", "target/subdir/file.txt",
  ]

  /// What else patterns may meet.
  static let oddFiles = [
    "README-bis.md", "README-secret.md", "README.md", "one/b.py", "A.PY", "Foo/x", "#hash", "!bang",
    "a^b", "a[b", "a b", "ü.txt", "xü.txt", "d.e.f", "abc.d", "new\nline", "f1/f2/f3/f4", "9", "_",
    "a\\b",
  ]

  static let targets = files.filter { $0.contains("target/") && $0.hasPrefix("subdir") }

  /// Writes these files, each with its name in it.
  static func fill(_ folder: TemporaryFolder, _ files: [String], ignore: String) throws {
    for file in files { try folder.write(file, to: file) }
    try folder.write(ignore, to: ".dockerignore")
  }

  /// What of a folder goes to the engine, without its folders.
  static func sent(_ folder: TemporaryFolder, dockerfile: String = "Dockerfile") throws -> [String]
  {
    var walk = try TarTree(
      place: folder.path,
      path: "",
      ignore: .own,
      kept: [".dockerignore", dockerfile]
    )
    .walk()
    var paths: [String] = []
    while let item = try walk.next() {
      if !item.isFolder { paths.append(String(decoding: item.path, as: UTF8.self)) }
    }
    return paths
  }

  /// Patterns, and what they leave out.
  static let rows: [(patterns: [String], out: @Sendable (String) -> Bool)] = [
    ([], { _ in false }),
    (["*"], { _ in true }),
    (["Dockerfile", ".dockerignore"], { _ in false }),
    (["a.py"], { $0 == "a.py" }),
    (["./a.py"], { $0 == "a.py" }),
    (["a.py/"], { $0 == "a.py" }),
    (["*.py"], { ["a.py", "b.py", "cde.py"].contains($0) }),
    (["*.py", "!b.py"], { ["a.py", "cde.py"].contains($0) }),
    (["*.*", "!*.go"], { ["a.py", "b.py", "cde.py", "Dockerfile.alt"].contains($0) }),
    (["a.*"], { ["a.py", "a.go"].contains($0) }),
    (["?.py"], { ["a.py", "b.py"].contains($0) }),
    (["foo/a.py"], { $0 == "foo/a.py" }),
    (["/foo/a.py"], { $0 == "foo/a.py" }),
    (["foo/whoops/../a.py"], { $0 == "foo/a.py" }),
    (["foo//a.py"], { $0 == "foo/a.py" }),
    (["/*", "!/*.py"], { !["a.py", "b.py", "cde.py"].contains($0) }),
    (["foo/*.py"], { ["foo/a.py", "foo/b.py"].contains($0) }),
    (["*/a.py"], { ["foo/a.py", "bar/a.py"].contains($0) }),
    (["*/*.py"], { ["foo/a.py", "foo/b.py", "bar/a.py"].contains($0) }),
    (["foo"], { $0.hasPrefix("foo/") }),
    (["foo", "!foo/bar/a.py"], { $0.hasPrefix("foo/") && $0 != "foo/bar/a.py" }),
    (["foo", "!foo/bar"], { $0.hasPrefix("foo/") && $0 != "foo/bar/a.py" }),
    (["foo", "!foo/*.py"], { $0.hasPrefix("foo/") && !["foo/a.py", "foo/b.py"].contains($0) }),
    (["foo/bar"], { $0 == "foo/bar/a.py" }),
    (["**/a.py"], { $0 == "a.py" || $0.hasSuffix("/a.py") }),
    (["foo/**/bar"], { $0 == "foo/bar/a.py" }),
    (
      ["**/target/*/*"],
      { $0.hasSuffix("target/subdir/file.txt") }
    ),
    (["subdir/**"], { $0.hasPrefix("subdir/") }),
    (
      ["**", "!bar", "!foo/bar"],
      { !["bar/a.py", "foo/bar/a.py"].contains($0) }
    ),
    (["*", "!*/b.py"], { _ in true }),
    (["*", "!subdir/*/file.txt"], { _ in true }),
    (["subdir", "!**/file.txt"], { $0.hasPrefix("subdir/") }),
    (["../a.py"], { _ in false }),
    (["/../b.py"], { $0 == "b.py" }),
    (["# a.py", "", "  "], { _ in false }),
    ([" a.py\t"], { $0 == "a.py" }),
    (["\u{FEFF}a.py"], { $0 == "a.py" }),
    (["\u{FEFF}# a.py"], { _ in false }),
    (["*.py", "! b.py"], { ["a.py", "cde.py"].contains($0) }),
    (["*.PY", "FOO", "A.py"], { _ in false }),
    (["[a-b].py"], { ["a.py", "b.py"].contains($0) }),
    (["[^a].py"], { $0 == "b.py" }),
    (["[!a].py"], { $0 == "a.py" }),
    (["a.py", "!a.py", "a.py"], { $0 == "a.py" }),
    (["**/*.txt", "!target"], { $0.hasSuffix(".txt") }),
    (["foo", "!foo/a.py\r"], { $0.hasPrefix("foo/") && $0 != "foo/a.py" }),
  ]

  @Test("leaves out what the docker CLI leaves out, row by row (DE-85)", arguments: rows.indices)
  func table(_ index: Int) async throws {
    let (patterns, isOut) = Self.rows[index]
    try await withTemporaryFolder { folder in
      try Self.fill(folder, Self.files, ignore: patterns.joined(separator: "\n"))
      let kept = [".dockerignore", "Dockerfile"]
      let expected = Self.files.filter { kept.contains($0) || !isOut($0) }
      #expect(try Set(Self.sent(folder)) == Set(expected), "\(patterns)")
    }
    // What is told of a single path is the same.
    let text = patterns.joined(separator: "\n")
    let ignore = try DockerIgnore(parsing: text)
    for file in Self.files where !["Dockerfile", ".dockerignore"].contains(file) {
      #expect(ignore.excludes(file) == isOut(file), "\(patterns) \(file)")
    }
  }

  @Test("keeps the Dockerfile wherever it is (DE-85)")
  func dockerfile() async throws {
    try await withTemporaryFolder { folder in
      try Self.fill(folder, Self.files, ignore: "foo/")
      let sent = try Self.sent(folder, dockerfile: "foo/Dockerfile3")
      #expect(sent.filter { $0.hasPrefix("foo/") } == ["foo/Dockerfile3"])
      try folder.write("*", to: ".dockerignore")
      let all = try Self.sent(folder, dockerfile: "foo/Dockerfile3")
      #expect(all == [".dockerignore", "foo/Dockerfile3"])
    }
  }

  @Test("lets what it excludes vanish while the folder is gone through")
  func vanishing() async throws {
    try await withTemporaryFolder { folder in
      for name in ["a", "b.log", "c.log/file", "d"] { try folder.write("x", to: name) }
      let rules = try DockerIgnore(patterns: ["*.log", "!c.log/kept"])
      // The names are read here.
      var walk = try FolderWalk(Array(folder.path.utf8), ignore: rules)
      for name in ["b.log", "c.log"] {
        try FileManager.default.removeItem(atPath: folder.path(name))
      }
      var found: [String] = []
      while let item = try walk.next() { found.append(String(decoding: item.path, as: UTF8.self)) }
      #expect(found == ["a", "d"])
      // What is to be sent must not.
      var other = try FolderWalk(Array(folder.path.utf8), ignore: rules)
      try FileManager.default.removeItem(atPath: folder.path("a"))
      let error = #expect(throws: DockerError.self) { try other.next() }
      #expect(error?.message.hasSuffix("a: it changed while it was read") == true)
    }
  }

  @Test("is not waited for if it is a pipe", arguments: [".dockerignore", "Dockerfile"])
  func pipe(_ name: String) async throws {
    try await withTemporaryFolder { folder in
      #expect(mkfifo(folder.path(name), 0o600) == 0)
      let error = #expect(throws: DockerError.self) {
        _ = try DockerIgnore.inFolder(folder.path)
        _ = try LocalFiles.contents(of: Array(folder.path(name).utf8))
      }
      #expect(error?.code == .fileFailed)
      #expect(error?.message.hasSuffix("\(name): it is a pipe") == true)
    }
  }

  @Test("doesn't open folders that it excludes (DE-86)")
  func openedFolders() async throws {
    try await withTemporaryFolder { folder in
      for index in 0..<200 { try folder.write("x", to: "big/\(index)/deep/file") }
      try folder.write("x", to: "small/file")
      let walk = { (patterns: [String]) in
        let rules = try DockerIgnore(patterns: patterns)
        var walk = try FolderWalk(Array(folder.path.utf8), ignore: rules)
        while try walk.next() != nil {}
        return walk.openedFolders
      }
      #expect(try walk([]) == 403)
      #expect(try walk(["big"]) == 2)
      #expect(try walk(["big", "!small/file"]) == 2)
      #expect(try walk(["big", "!**/file"]) == 2)
      #expect(try walk(["big", "!big/7/deep/file"]) == 5)
      #expect(try walk(["*"]) == 1)
    }
  }

  @Test(
    "names the line that is no pattern",
    arguments: [
      "!", "a\n!\n", "! ", "[", "[]", "[a", "[a-", "[-a]", "a\\", "[^]", "a[b-]", "[b-a]", "\\i",
    ]
  )
  func broken(_ text: String) {
    let error = #expect(throws: DockerError.self) { try DockerIgnore(parsing: text) }
    #expect(error?.code == .invalidArgument)
    #expect(error?.message.contains(".dockerignore") == true)
  }

  @Test("is quick, whatever the pattern and the path are")
  func quick() throws {
    let ignore = try DockerIgnore(patterns: [String(repeating: "*a", count: 60) + "b"])
    #expect(!ignore.excludes(String(repeating: "a", count: 2000)))
  }

  @Test("takes any text without failing", arguments: 0..<4)
  func garbage(_ seed: UInt64) {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    let letters = Array("ab/.*?[]^!\\-#\n: ü{}$()+|d")
    for _ in 0..<2000 {
      var text = ""
      for _ in 0..<12 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        text.append(letters[Int(state >> 33) % letters.count])
      }
      _ = try? DockerIgnore(parsing: text).excludes("a/b/ü.d")
    }
  }
}

/// What the docker CLI sends of a folder to an engine, without its folders.
func sentByDockerCLI(_ folder: TemporaryFolder, _ arguments: [String] = []) async throws
  -> [String]?
{
  let process = try await RunningProcess.run(
    "python3",
    [
      "-c",
      """
      import http.server, io, json, os, subprocess, sys, tarfile, threading
      names = []
      class Engine(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        def reply(self, body=b""):
          self.send_response(200)
          self.send_header("Api-Version", "1.41")
          self.send_header("Content-Length", str(len(body)))
          self.end_headers()
          if self.command != "HEAD": self.wfile.write(body)
        do_HEAD = do_GET = lambda self: self.reply()
        def do_POST(self):
          body = b""
          while True:
            size = int(self.rfile.readline(), 16)
            body += self.rfile.read(size)
            self.rfile.readline()
            if size == 0: break
          tar = tarfile.open(fileobj=io.BytesIO(body))
          names.extend(m.name for m in tar.getmembers() if not m.isdir())
          self.reply(b'{"stream":"ok"}')
        def log_message(self, *arguments): pass
      server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Engine)
      threading.Thread(target=server.serve_forever, daemon=True).start()
      host = "tcp://127.0.0.1:%d" % server.server_address[1]
      result = subprocess.run(
        ["docker", "--host", host, "build", *sys.argv[1:]],
        env={**os.environ, "DOCKER_BUILDKIT": "0", "DOCKER_CONFIG": "/nonexistent"},
        capture_output=True, text=True)
      print(json.dumps(names) if result.returncode == 0 else "failed: " + result.stderr)
      """,
    ] + arguments + [folder.path]
  )
  #expect(process.exitStatus == 0, "\(process.standardError)")
  guard !process.standardOutput.hasPrefix("failed: ") else { return nil }
  return try JSONDecoder().decode([String].self, from: Data(process.standardOutput.utf8))
}

@Suite("A .dockerignore beside the docker CLI")
struct DockerIgnoreCLITests {
  /// Patterns that are read in ways one wouldn't think of.
  static let odd: [[String]] = [
    ["#hash"], ["\\#hash"], ["\\!bang"], [" #hash"], ["!bang"], ["a^b", "^*"], ["a[[]b"], ["a b"],
    ["[ü].txt"], ["?.txt"], ["*ü.txt"], ["**ü.txt"], ["**.txt"], ["*[*]d"], ["a[?]b"], ["\\d"],
    ["\\D"], ["\\w"], ["a\\\\b"], ["a\\bc.d"], ["[[:digit:]]"], ["[[:alpha:]]*"], ["d.e*"],
    ["d?e?f"],
    ["f1/**/f4"], ["f1/**"], ["f1**"], ["**/f3"], ["**/f3/**"], ["f1/f2/", "!f1/f2/f3/f4"],
    ["*", "!f1/f2"], ["*", "!foo/a.py", "foo"], ["foo", "!foo/bar", "foo/bar/*"], ["***"],
    ["f1/***"], ["*\n!*"], ["**", "!**/*.py"], ["*/../a.py"], ["."], ["/"], ["./"], ["new*line"],
    ["n**line"], ["README*", "!README*.md", "README-secret.md"], ["*.md", "!README*.md"],
    ["foo[^x]a.py"],
    ["fo[^x]/a.py"], ["{a,b}.py"], ["(a)", "a+", "a|b"], ["$"], ["foo/*", "!foo/bar/"], ["[a-c]*"],
    ["[^a-c]*"], ["[\\]a].py"], ["[\\w].py"], ["_", "\\_"], ["\\x"], ["a\\"], ["!"], ["[a"],
    ["*", "!foo", "foo/bar"], ["*", "!./foo/./bar/"], ["**/bar", "!foo/bar/a.py"], ["[\\-a].py"],
  ]

  @Test(
    "sends the same files, for the rows and for what is odd (DE-85)",
    arguments: DockerIgnoreTests.rows.map(\.patterns) + odd
  )
  func same(_ patterns: [String]) async throws {
    try await withTemporaryFolder { folder in
      try DockerIgnoreTests.fill(
        folder,
        DockerIgnoreTests.files + DockerIgnoreTests.oddFiles,
        ignore: patterns.joined(separator: "\n")
      )
      let ours = try? DockerIgnoreTests.sent(folder)
      let theirs = try await sentByDockerCLI(folder)
      #expect(ours.map { Set($0) } == theirs.map { Set($0) }, "\(patterns)")
    }
  }

  @Test("sends the same Dockerfile from a folder that is left out (DE-85)")
  func dockerfile() async throws {
    try await withTemporaryFolder { folder in
      try DockerIgnoreTests.fill(folder, DockerIgnoreTests.files, ignore: "foo\n*.py")
      let theirs = try await sentByDockerCLI(folder, ["-f", folder.path("foo/Dockerfile3")])
      let ours = try DockerIgnoreTests.sent(folder, dockerfile: "foo/Dockerfile3")
      #expect(Set(ours) == theirs.map { Set($0) })
    }
  }
}
