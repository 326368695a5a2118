import Foundation
import SwabTestSupport
import Testing

/// What `run` and `local` give, and how it is shown.
@Suite("Acceptance: operations and output")
struct OperationTests {
  @Test("run and local give both streams byte by byte, with status and duration (TR-66)")
  func bytes() async throws {
    try await withBed { project, _ in
      let run = try await project.swab("run", "bytes", "-H", "h1")
      #expect(run.exitStatus == 0, "\(run)")
      let result = "[h1] [97, 255, 0, 98, 13, 10, 10] oh 7 true"
      #expect(run.lines.filter { $0 == result }.count == 2, "\(run)")
      #expect(run.lines.filter { $0 == "[h1] took time: true" }.count == 2)
      #expect(run.lines.contains(#"[h1] ["fed", "end"]"#))
      #expect(run.lines.contains("[h1] closed"))
    }
  }

  @Test("a status in okCodes is all right, and warnOnly covers timeouts too (TR-48)")
  func codes() async throws {
    try await withBed { project, _ in
      let run = try await project.swab("run", "codes", "-H", "h1")
      #expect(run.exitStatus == 0, "\(run)")
      let printed = run.lines.filter { !$0.contains("out:") }
      #expect(printed == ["[h1] ok true", "[h1] warned true", "[h1] late true"])
      #expect(run.errorLines.contains("[h1] warning: run 'exit 4' gave exit status 4"))
      let late = "run 'sleep 617' took longer than its timeout of 100 ms; it was ended on the host"
      #expect(run.errorLines.contains("[h1] warning: \(late)"))

      let failed = try await project.swab("run", "fail", "-H", "h1")
      failed.expectFailure(
        status: 1,
        state: "failed",
        message: "run 'exit 5' gave exit status 5",
        hint: nil
      )
      let unlimited = try await project.swab("run", "name", "-H", "h1", "-T", "0")
      #expect(unlimited.exitStatus == 0, "\(unlimited)")
      let warned = try await project.swab("run", "fail", "-H", "h1", "-w")
      #expect(warned.exitStatus == 0, "\(warned)")
    }
  }

  @Test("lines of hosts never mix, and what a terminal must not see is written out (TR-81, TR-87)")
  func lines() async throws {
    try await withBed { project, _ in
      let run = try await project.swab("run", "lines", "-H", "h1,h2,h3", "-P")
      #expect(run.exitStatus == 0)
      for host in ["h1", "h2", "h3"] {
        let line = "[\(host)] out: " + String(repeating: host, count: 20)
        #expect(run.lines.filter { $0 == line }.count == 3000)
      }
      #expect(run.lines.count == 9000)

      let ragged = try await project.swab("run", "ragged", "-H", "h1")
      #expect(
        ragged.lines == [
          #"[h1] out: red \x1b[31m bell \x07 back \x08 title \x1b]0;owned\x07"#,
          "[h1] out: 100%",
          #"[h1] out: bad \xff utf"#,
          "[h1] out: no end (no newline)",
        ]
      )
    }
  }

  @Test("colour is for terminals, unless NO_COLOR or --color says otherwise (TR-82)")
  func colour() async throws {
    try await withBed { project, _ in
      let words = ["run", "first", "-H", "h1"]
      let piped = try await project.swab(words)
      #expect(!piped.description.contains("\u{1b}"))
      let terminal = try await project.swab(words, terminal: true)
      #expect(terminal.standardOutput.contains("\u{1b}["), "\(terminal)")
      let again = try await project.swab(words, terminal: true)
      let painted = { (run: Run) in run.lines.filter { $0.contains("first on h1") } }
      #expect(painted(again) == painted(terminal))
      let plain = try await project.swab(words, environment: ["NO_COLOR": "1"], terminal: true)
      #expect(!plain.description.contains("\u{1b}"))
      let forced = try await project.swab(words + ["--color", "always"])
      #expect(forced.standardOutput.contains("\u{1b}["))
    }
  }

  @Test("secrets show in no output, whatever they are wrapped in (TR-92)")
  func secrets() async throws {
    let secrets = ["s3cr t/+&ü'q", "tok-ABCDEF12345", "from-a-variable", "pass-of-the-environment"]
    let token = secrets[1]
    try await withBed(
      "db_password: \"\(secrets[0])\"",
      "api_token: \(token)",
      "docker_base_url: /run/\(token).sock"
    ) { project, _ in
      let environment = ["SWAB_PASSWORD": secrets[3], "SWAB_MY_SECRET": secrets[2]]
      var said = ""
      for words in [
        ["run", "spill", "give_up", "environment", "sample", "-H", "h1", "--skip-unknown-tasks"],
        ["run", "spill", "url", "-H", "h1,h2", "-P", "--keep-going"],
        ["run", "environment", "-H", "h1"],
        ["hosts", "--env", "h1"],
      ] {
        let more = words[0] == "run" ? ["--show", "all"] : []
        let run = try await project.swab(words + more, environment: environment)
        said += run.description
      }
      #expect(said.contains("••••"))
      #expect(said.contains("[localhost] out: PATH="), "\(said)")
      for secret in secrets {
        for form in Self.forms(of: secret) {
          #expect(!said.contains(form), "\(form) of \(secret)")
        }
      }
    }
  }

  @Test("secrets of a host, of several lines, and set in code show in no output (TR-92)")
  func hostsOwnSecrets() async throws {
    let yaml = """
      env:
        my_login: loginofall88
        app_password: |
          hunter2secret
          and-more-of-it
      hosts:
        h1: { address: 127.0.0.1, env: { my_login: loginofh1-77, db_password: !env my_login } }
        h2: { address: 127.0.0.2, env: { db_password: !env my_login, my_login: loginofh2-99 } }
      roles:
        web: { hosts: [h1, h2], env: { web_token: !env web_login, web_login: loginofweb55 } }

      """
    let tasks = """
      import Swab

      let fabfile = Fabfile {
        task("tell", "Print secrets") {
          _ = try await execute("tell_here", hosts: ["h1", "h2"])
        }
        task("tell_here", "Print secrets of a host") { (host: Host) in
          env["list_token"] = ["listed-one", ["inner_key": "listed-two"]]
          for key in ["my_login", "db_password", "app_password", "web_token", "web_login"] {
            puts("\\(key): \\(try env.string(key))")
          }
          // What another host has is no less of a secret.
          puts("others: loginofh1-77 loginofh2-99 listed-one listed-two")
        }
      }

      """
    let secrets = [
      "loginofh1-77", "loginofh2-99", "loginofweb55", "hunter2secret", "and-more-of-it",
      "listed-one", "listed-two",
    ]
    try await Project.with(fabfile: yaml, tasks: tasks) { project in
      try await project.compile()
      for words in [
        ["run", "tell_here", "-H", "h1,h2"], ["run", "tell"], ["hosts", "--env", "h1"],
        ["hosts", "--env", "h2"],
      ] {
        let run = try await project.swab(words)
        #expect(run.exitStatus == 0, "\(run)")
        #expect(run.description.contains("••••"))
        for secret in secrets { #expect(!run.description.contains(secret), "\(words): \(run)") }
      }
    }
  }

  /// A text as it is, in base64, and as URLs carry it.
  private static func forms(of text: String) -> [String] {
    let unreserved = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "-._~"))
    let base64 = Data(text.utf8).base64EncodedString()
    let url = text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? text
    let quoted = text.replacingOccurrences(of: "'", with: #"'\''"#)
    return [text, String(base64.prefix(text.utf8.count / 3 * 4)), url, url.lowercased(), quoted]
  }
}
