import Foundation
import SwabTestSupport
import Testing

@testable import Swab

/// Asks the real sudo, in a private `/etc` with a user of its own who has a password.
@Suite("sudo")
struct ElevationTests {
  private static let password = "Right-1 'ü$"

  /// What prepares `/etc` and `/run`, and runs a script as that user.
  private static let setup = """
    set -e
    cp -a /etc/. "$1"; mount --bind "$1" /etc; mount -t tmpfs tmpfs /run
    useradd -M -s /bin/sh swabtest
    printf '%s:%s\\n' swabtest "$2" | chpasswd
    printf 'swabtest ALL=(ALL:ALL) %sALL\\n' "$3" >/etc/sudoers.d/swabtest
    exec setpriv --reuid swabtest --regid swabtest --init-groups -- /bin/sh -c "$4"
    """

  /// Runs a script as somebody for whom sudo asks for a password, unless that is waived.
  private func run(
    _ script: String,
    input: [UInt8]?,
    waived: Bool = false
  ) async throws -> RunningProcess {
    try await withTemporaryFolder { folder in
      try await RunningProcess.run(
        "unshare",
        [
          "--mount", "--propagation", "private", "/bin/sh", "-c", Self.setup, "setup",
          folder.path, Self.password, waived ? "NOPASSWD:" : "", script,
        ],
        standardInput: input.map { String(decoding: $0, as: UTF8.self) } ?? ""
      )
    }
  }

  private static let command = "echo $(id -un) reads $(cat); env; exit 7"

  @Test("gets the password, and the command its input", arguments: [nil, "nobody"])
  func password(_ user: String?) async throws {
    let elevation = Elevation(user: user, password: Self.password)
    let input = elevation.input(before: Array("first\nsecond".utf8))
    let ended = try await run(elevation.script(for: Self.command), input: input)
    #expect(ended.exitStatus == 7, "\(ended.lines)")
    #expect(ended.lines.first == "\(user ?? "root") reads first second")
    #expect(!ended.standardOutput.contains("Right"))
    #expect(!ended.lines.contains { $0.hasPrefix("SUDO_ASKPASS=") })
    #expect(ended.standardError.isEmpty, "\(ended.standardError)")
  }

  @Test("that needs no password gets none, and the command doesn't either")
  func waived() async throws {
    let elevation = Elevation(password: Self.password)
    let ended = try await run(
      elevation.script(for: Self.command),
      input: elevation.input(before: Array("x".utf8)),
      waived: true
    )
    #expect(ended.lines.first == "root reads x" && ended.exitStatus == 7, "\(ended.lines)")
    let without = Elevation()
    #expect(without.input(before: nil) == nil)
    let plain = try await run(without.script(for: "id -un; cat"), input: nil, waived: true)
    #expect(plain.lines == ["root"] && plain.exitStatus == 0)
  }

  @Test("that gets no password, or a wrong one, is told of with what to do")
  func refused() async throws {
    let without = Elevation()
    let none = try await run(without.script(for: "id -un"), input: nil)
    #expect(none.exitStatus == 1 && none.standardOutput.isEmpty)
    #expect(hint(without, none)?.hasPrefix("set sudo_password in env") == true, "\(none.lines)")
    let wrong = Elevation(password: "wrong")
    let refused = try await run(
      wrong.script(for: "id -un"),
      input: wrong.input(before: Array("input\n".utf8))
    )
    #expect(refused.exitStatus == 1 && refused.standardOutput.isEmpty)
    #expect(hint(wrong, refused) == "is sudo_password the one of the user on that host?")
    // The same answer is not tried again: some hosts lock users out for that.
    #expect(refused.standardError.components(separatedBy: "try again").count == 2)
  }

  private func hint(_ elevation: Elevation, _ ended: RunningProcess) -> String? {
    elevation.hint(
      for: CommandResult(
        command: "x",
        exitStatus: 1,
        duration: .zero,
        lastErrorLines: ended.standardError.split(separator: "\n").map(String.init)
      )
    )
  }

  @Test("is left out by root, who may have none", arguments: [nil, "Right-1 'ü$"])
  func root(_ password: String?) async throws {
    let elevation = Elevation(password: password)
    let ended = try await RunningProcess.run(
      "/bin/sh",
      ["-c", elevation.script(for: "id -un; cat")],
      environment: ["PATH": "/nowhere:/usr/bin:/bin"],
      standardInput: elevation.input(before: Array("input".utf8)).map {
        String(decoding: $0, as: UTF8.self)
      }
    )
    #expect(ended.standardOutput == "root\ninput", "\(ended.lines)")
  }

  @Test("leaves no folder behind")
  func clean() async throws {
    try await withTemporaryFolder { folder in
      // It stands for sudo, which needs the real one's rights.
      try folder.write(
        "#!/bin/sh\n[ \"$($SUDO_ASKPASS)\" = pw ] && ! $SUDO_ASKPASS && echo asked; kill $PPID\n",
        to: "bin/sudo",
        mode: 0o755
      )
      let elevation = Elevation(user: "x", password: "pw")
      let ended = try await RunningProcess.run(
        "/bin/sh",
        ["-c", elevation.script(for: "true")],
        environment: ["PATH": "\(folder.path("bin")):/usr/bin:/bin", "TMPDIR": folder.path],
        standardInput: "pw\n"
      )
      #expect(ended.lines.contains("asked") && ended.exitStatus == 143, "\(ended.lines)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["bin"])
    }
  }
}
