import Foundation
import SwabTestSupport

/// A terminal of its own, in tmux, with a shell in it, in the folder of a project.
struct Screen {
  private let socket: String
  /// What the shell says when it waits for a command.
  static let prompt = "ready>"

  /// Lends a screen, which is gone afterwards.
  static func with(
    _ project: Project,
    columns: Int = 90,
    rows: Int = 30,
    _ body: (Screen) async throws -> Void
  ) async throws {
    let screen = Screen(socket: project.folder.path("tmux"))
    let size = ["-x", "\(columns)", "-y", "\(rows)"]
    let environment = try project.cleanEnvironment(["NO_COLOR": "1"])
    let started = try await RunningProcess.run(
      "env",
      environment + ["tmux"] + screen.options + ["new-session", "-d"] + size + ["sh"],
      workingDirectory: project.path
    )
    guard started.exitStatus == 0 else { throw TestSupportError(started.standardError) }
    do {
      // What root's shell takes from its environment is not this. In two pieces, so that it isn't
      // seen before it is there.
      try await screen.enters("PS1=\(prompt.prefix(3))'\(prompt.dropFirst(3)) '")
      try await screen.sees(prompt)
      try await body(screen)
      await screen.close()
    } catch {
      await screen.close()
      throw error
    }
  }

  private var options: [String] { ["-S", socket, "-f", "/dev/null"] }

  /// Types text, as it is.
  func types(_ text: String) async throws { try await tmux("send-keys", "-l", text) }

  /// Presses keys by tmux's names: `Enter`, `C-c`.
  func presses(_ keys: String...) async throws { try await tmux(["send-keys"] + keys) }

  /// Types a line of the shell.
  func enters(_ line: String) async throws {
    try await types(line)
    try await presses("Enter")
  }

  /// Starts swab.
  func entersSwab(_ arguments: String) async throws {
    try await enters("'\(try Checkout.swab())' \(arguments)")
  }

  /// What is on the screen, without spaces at the ends of lines.
  func shows() async throws -> String {
    try await tmux("capture-pane", "-p", "-J", "-S", "-")
  }

  /// Waits until a text is on the screen, or so many of them.
  func sees(_ text: String, times: Int = 1) async throws {
    var shown = ""
    do {
      try await eventually("'\(text)' on the screen") {
        shown = try await shows()
        return shown.components(separatedBy: text).count > times
      }
    } catch {
      throw TestSupportError("\(error); it shows:\n\(shown)")
    }
  }

  /// Changes the size of the screen.
  func resizes(columns: Int, rows: Int) async throws {
    try await tmux("resize-window", "-x", "\(columns)", "-y", "\(rows)")
  }

  /// What a command of the shell prints, beyond the screen.
  func settings(_ project: Project) async throws -> String {
    let file = "settings-\(UUID().uuidString.prefix(8))"
    try await enters("stty -g >\(project.folder.path(file)).new")
    try await enters("mv \(project.folder.path(file)).new \(project.folder.path(file))")
    try await eventually("the settings of the terminal") {
      FileManager.default.fileExists(atPath: project.folder.path(file))
    }
    return try project.folder.read(file)
  }

  @discardableResult
  private func tmux(_ words: String...) async throws -> String { try await tmux(words) }

  @discardableResult
  private func tmux(_ words: [String]) async throws -> String {
    let run = try await RunningProcess.run("tmux", options + words)
    guard run.exitStatus == 0 else { throw TestSupportError("tmux \(words): \(run.standardError)") }
    return run.standardOutput
  }

  private func close() async { _ = try? await tmux("kill-server") }
}
