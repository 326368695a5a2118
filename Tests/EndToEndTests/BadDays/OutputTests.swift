import Foundation
import SwabTestSupport
import Testing

@Suite("Bad days: where the output goes")
struct OutputTests {
  @Test("Ctrl-C ends the command on the host, also if nobody reads the output (TR-53)")
  func stuckAndInterrupted() async throws {
    try await withStuckReader(["-H", "h1", "--", "yes"]) { run, server, _ in
      run.send(signal: SIGINT)
      try await run.waitForLine(containing: "interrupted: ")
      let ended = try await Run(ended: run, within: ceiling(.seconds(5)))
      #expect(ended.exitStatus == 130, "\(ended)")
      #expect(ended.errorLines.last == "1 host: 1 cancelled", "\(ended)")
      #expect(server.commands.isEmpty)
    }
  }

  @Test("a timeout ends the command on the host, also if nobody reads the output (TR-51)")
  func stuckAndTimedOut() async throws {
    try await withStuckReader(["-H", "h1", "-T", "2", "--", "yes"]) { run, server, output in
      let told = "run 'yes' took longer than its timeout of 2 s; it was ended on the host"
      try await run.waitForLine(containing: told, within: ceiling(.seconds(7)))
      #expect(server.commands.isEmpty)
      // Nothing that was printed until then is lost: swab waits until it is read.
      #expect(run.exitStatus == nil)
      output.readInBackground()
      let ended = try await Run(ended: run)
      #expect(ended.exitStatus == 1, "\(ended)")
    }
  }

  @Test("a full disk is an error that says so, and ends the run as failed")
  func full() async throws {
    try await withProject { project, server in
      let run = try project.start(
        ["run", "-H", "h1", "--", "echo one; exec sleep 617"],
        shell: #"exec "$0" "$@" >/dev/full"#
      )
      let ended = try await Run(ended: run, within: ceiling(.seconds(5)))
      #expect(ended.exitStatus == 1, "\(ended)")
      #expect(ended.errorLines.contains("swab: can't write output: No space left on device"))
      #expect(!ended.standardError.contains("interrupted"), "\(ended)")
      #expect(ended.errorLines.last == "1 host: 1 cancelled", "\(ended)")
      try await expectClean(project, server)
    }
  }

  private func withProject(_ body: (Project, SSHServer) async throws -> Void) async throws {
    try await withSSHServer { server in
      try await Project.with(fabfile: fabfile(for: server)) { project in
        try project.trust(server)
        try await body(project, server)
      }
    }
  }

  /// Starts `swab run` with a pipe as its standard output, and waits until that is full.
  private func withStuckReader(
    _ arguments: [String],
    _ body: (RunningProcess, SSHServer, UnreadPipe) async throws -> Void
  ) async throws {
    try await withProject { project, server in
      let output = try UnreadPipe(at: project.folder.path("unread"))
      let run = try project.start(
        ["run"] + arguments,
        environment: ["UNREAD": output.path],
        shell: #"exec "$0" "$@" >"$UNREAD""#
      )
      try await eventually("a full pipe") { output.isFull }
      try await body(run, server, output)
      try await expectClean(project, server)
    }
  }
}

/// A named pipe that nobody reads until told to.
private final class UnreadPipe: Sendable {
  let path: String
  private let descriptor: Int32

  init(at path: String) throws {
    self.path = path
    // For both directions, so that neither side waits for the other to open it.
    guard mkfifo(path, 0o600) == 0 else { throw TestSupportError("no fifo: \(errno)") }
    descriptor = open(path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { throw TestSupportError("the fifo can't be opened") }
  }

  deinit { close(descriptor) }

  /// Whether a writer would have to wait.
  var isFull: Bool {
    var polled = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    return poll(&polled, 1, 0) == 0
  }

  /// Reads until the test is over.
  func readInBackground() {
    Thread.detachNewThread { [self] in
      var bytes = [UInt8](repeating: 0, count: 65536)
      var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      while poll(&polled, 1, 10_000) > 0, read(descriptor, &bytes, bytes.count) > 0 {}
    }
  }
}
