import Foundation
import SwabTestSupport
import Testing

@testable import SwabDocker

@Suite("Shell commands")
struct ShortcutTests {
  @Test(
    "are put together with flags first, and in quotes where it needs them (DF 54)",
    arguments: [
      (Shortcuts.chown("user", "p"), "chown -R user:user p"),
      (Shortcuts.chown(.init("user", group: "group"), "p"), "chown -R user:group p"),
      (Shortcuts.chown(1000, "p"), "chown -R 1000:1000 p"),
      (Shortcuts.chown(.init(1000, group: 1001), "p"), "chown -R 1000:1001 p"),
      (Shortcuts.chown("user:group", "p", recursive: false), "chown user:group p"),
      (Shortcuts.chmod("0700", "p"), "chmod -R 0700 p"),
      (Shortcuts.chmod("u+x", "p", recursive: false), "chmod u+x p"),
      (Shortcuts.rm("a b"), "rm 'a b'"),
      (Shortcuts.rm("p", recursive: true, force: true), "rm -R -f p"),
      (Shortcuts.rm("it's", options: ["-v": true, "-i": false]), #"rm -v 'it'\''s'"#),
      (Shortcuts.curl("https://x/?a&b"), "curl 'https://x/?a&b'"),
      (
        Shortcuts.curl(
          "x",
          filename: "f",
          options: ["--max-time": 30, "-H": "a: b", "-k": nil]
        ),
        "curl -o f --max-time 30 -H 'a: b' x"
      ),
      (Shortcuts.wget("x"), "wget x"),
      (Shortcuts.wget("x", filename: "f"), "wget -O f x"),
      (Shortcuts.tar("a.tar", "src"), "tar -cf a.tar src"),
      (Shortcuts.targz("a.tgz", "src", options: ["-v": true]), "tar -cf a.tgz -z -v src"),
      (Shortcuts.untar("a.tar"), "tar -xf a.tar"),
      (Shortcuts.untar("a.tar", "to"), "tar -xf a.tar -C to"),
      (Shortcuts.untargz("a.tgz", "to"), "tar -xf a.tgz -C to -z"),
    ]
  )
  func texts(_ command: String, _ expected: String) {
    #expect(command == expected)
  }

  @Test("make folders, if they aren't there (DF 55)")
  func mkdir() async throws {
    #expect(Shortcuts.mkdir("p") == "mkdir -p p")
    #expect(Shortcuts.mkdir("p", createParent: false) == "mkdir p")
    #expect(
      Shortcuts.mkdir("a b", checkIfExists: true)
        == "if [ ! -d 'a b' ]; then mkdir -p 'a b'; fi"
    )
    #expect(
      Shortcuts.mkdirChown("p", owner: "u")
        == "mkdir -p p && chown u:u p && chmod ug=rwX,o=rX p"
    )
    #expect(
      Shortcuts.mkdirChown(["a", "b"], owner: "u:g", permissions: nil, recursive: true)
        == "mkdir -p a && chown -R u:g a; mkdir -p b && chown -R u:g b"
    )
    #expect(
      Shortcuts.mkdirChownCommands(["a", "b"], permissions: "0700", createParent: false)
        == [["mkdir a", "chmod 0700 a"], ["mkdir b", "chmod 0700 b"]]
    )
    try await withTemporaryFolder { folder in
      let command = Shortcuts.mkdirChown(
        [folder.path("a b/c"), folder.path("d")],
        owner: .init(0, group: 0),
        checkIfExists: true
      )
      for shell in ["dash", "bash"] {
        let process = try await RunningProcess.run(shell, ["-euc", command])
        #expect(process.exitStatus == 0 && process.lines.isEmpty, "\(process.lines)")
      }
    }
  }

  @Test("add users, as each platform does it (DF 56)")
  func adduser() throws {
    let texts: [(String, String)] = [
      (
        try Shortcuts.adduser("u"),
        "adduser --gecos '' --no-create-home --disabled-login --disabled-password u"
      ),
      (try Shortcuts.adduser("u", noLogin: false), "adduser --gecos '' u"),
      (
        try Shortcuts.adduser("u", noLogin: false, noPassword: true),
        "adduser --gecos '' --disabled-password u"
      ),
      (
        try Shortcuts.adduser("u", platform: .centOS),
        "adduser --no-create-home -s /sbin/nologin u"
      ),
      (
        try Shortcuts.adduser("u", noLogin: false, gecos: "User 1", platform: .centOS),
        "adduser --comment 'User 1' u"
      ),
      (
        try Shortcuts.adduser("u", uid: 7, system: true, platform: .busybox),
        "adduser -u 7 -S -H -D -s /sbin/nologin u"
      ),
      (Shortcuts.addgroup("g"), "addgroup g"),
      (Shortcuts.addgroup("g", gid: 2000, system: true), "addgroup --gid 2000 --system g"),
      (
        Shortcuts.addgroup("g", gid: 2000, system: true, platform: .centOS),
        "groupadd -g 2000 --system g"
      ),
      (
        Shortcuts.addgroup("g", gid: 2000, system: true, platform: .busybox),
        "addgroup -g 2000 -S g"
      ),
      (Shortcuts.assignuser("u", ["a", "b"]), "usermod -aG a,b u"),
      (
        Shortcuts.assignuser("u", ["a", "b"], platform: .busybox),
        "adduser u a && adduser u b"
      ),
    ]
    for (command, expected) in texts { #expect(command == expected) }
    let error = #expect(throws: DockerError.self) {
      try Shortcuts.adduser("u", noLogin: false, noPassword: true, platform: .centOS)
    }
    #expect(error?.code == .invalidArgument)
  }

  @Test("add users with groups, by one command but for busybox (DF 57)")
  func addgroupuser() throws {
    #expect(
      try Shortcuts.addgroupuserCommands("u", ["a", "b"])
        == ["useradd -G a,b --no-create-home -s /usr/sbin/nologin u"]
    )
    #expect(
      try Shortcuts.addgroupuserCommands("u", ["a", "b"], platform: .centOS)
        == ["adduser -G a,b --no-create-home -s /sbin/nologin u"]
    )
    #expect(
      try Shortcuts.addgroupuserCommands("u", ["a", "b"], platform: .busybox)
        == ["adduser -H -D -s /sbin/nologin u", "adduser u a", "adduser u b"]
    )
    #expect(
      try Shortcuts.addgroupuser("u", ["a"], platform: .busybox)
        == "adduser -H -D -s /sbin/nologin u && adduser u a"
    )
  }

  @Test("are taken by the programs there are (DF 56, DF 57)")
  func real() async throws {
    let commands = [
      Shortcuts.addgroup("swab-a", gid: 2001),
      Shortcuts.addgroup("swab-b", gid: 2002, platform: .centOS),
      try Shortcuts.adduser("swab-u", uid: 3001, gecos: "A B"),
      try Shortcuts.addgroupuser("swab-v", ["swab-a", "swab-b"], uid: 3002),
      Shortcuts.assignuser("swab-u", ["swab-a", "swab-b"]),
      // Adduser is that one on CentOS.
      try Shortcuts.adduser("swab-w", gecos: "A B", platform: .centOS)
        .replacingOccurrences(of: "adduser ", with: "useradd "),
      "id -Gn swab-u", "id -Gn swab-v", "id -Gn swab-w",
    ]
    try await withTemporaryFolder { folder in
      // On a copy of the machine's files, which nobody else sees.
      let script = """
        set -e
        cp -a /etc "$1/etc"
        mount --bind "$1/etc" /etc
        \(commands.joined(separator: "\n"))
        """
      let process = try await RunningProcess.run(
        "unshare",
        ["-m", "sh", "-c", script, "sh", folder.path]
      )
      #expect(process.exitStatus == 0, "\(process.lines)")
      let groups = process.standardOutput.split(separator: "\n").suffix(3).map(String.init)
      // Debian's own adduser may put users into a group of the system's, too.
      let own = groups.map { $0.split(separator: " ").filter { $0.hasPrefix("swab-") } }
      #expect(
        own == [["swab-u", "swab-a", "swab-b"], ["swab-v", "swab-a", "swab-b"], ["swab-w"]]
      )
    }
  }
}
