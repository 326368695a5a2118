import Testing

@testable import Swab

@Suite("Colours and prefixes")
struct ConsoleStyleTests {
  @Test("a host has the same colour in every run (TR-82)")
  func stable() {
    // Written down once: a change of the hash would change everybody's colours.
    #expect(HostColour.paint("[h1]", for: "h1") == "\u{1b}[95m[h1]\u{1b}[0m")
    #expect(HostColour.paint("[h2]", for: "h2") == "\u{1b}[32m[h2]\u{1b}[0m")
    let codes = Set((1...40).map { HostColour.paint("", for: "web\($0)") })
    #expect(codes.count > 5)
    #expect(HostColour.paint("x", code: "36") == "\u{1b}[36mx\u{1b}[0m")
  }

  @Test(
    "no colour in a pipe, with NO_COLOR or on a dumb terminal; --color decides (TR-82)",
    arguments: [
      ([:], "always", true), ([:], "never", false), (["NO_COLOR": "1"], "auto", false),
      (["TERM": "dumb"], "auto", false), (["NO_COLOR": "1"], "always", true),
    ] as [([String: String], String, Bool)]
  )
  func colours(_ environment: [String: String], _ colour: String, _ isColoured: Bool) {
    let style = Console.Style.current(shown: [], environment: environment, colour: colour)
    #expect(style.coloursResults == isColoured)
    #expect(style.coloursDiagnostics == isColoured)
  }

  @Test(
    "flags win over what a fabfile hides and shows, and variables do (TR-30)",
    arguments: [
      ("", [:], [], [], true), ("hide: [stdout]", [:], [], [], false),
      ("{hide: [stdout], show: [stdout]}", [:], [], [], true),
      ("show: [stdout]", [:], ["stdout"], [], false),
      ("{show: output, hide: running}", [:], ["output"], [], false),
      ("hide: [stdout]", [:], [], ["output"], true),
      ("hide: [stdout]", [:], ["stdout"], ["stdout"], true),
      ("show: [stdout]", ["SWAB_HIDE": "stdout"], [], [], false),
      ("hide: [stdout]", ["SWAB_SHOW": "user, output"], [], [], true),
      ("", ["SWAB_HIDE": "all", "SWAB_SHOW": "stdout"], [], [], true),
      ("", ["SWAB_SHOW": "stdout"], ["all"], [], false),
    ] as [(String, [String: String], [String], [String], Bool)]
  )
  func levels(
    _ env: String,
    _ variables: [String: String],
    _ hide: [String],
    _ show: [String],
    _ isShown: Bool
  ) throws {
    let text = env.hasPrefix("{") || env.isEmpty ? env : "{\(env)}"
    let inventory = try Inventory.read("env: \(text)".utf8, name: "fabfile.yml", folder: "/")
    let environment = inventory.environment(
      for: nil as HostReference?,
      variables: try EnvLayer.variables(from: variables)
    )
    let shown = try OutputLevel.shown(environment, hide: hide, show: show)
    #expect(shown.contains(.stdout) == isShown)
  }

  @Test("a variable with a level that there is not is told by its name, a flag by its own")
  func unknownLevel() throws {
    let error = try #require(throws: FabfileError.self) {
      try EnvLayer.variables(from: ["SWAB_HIDE": "stdot"])
    }
    #expect(error.message.hasPrefix("SWAB_HIDE: 'hide' takes a list of status, "))
    #expect(error.hint == "did you mean stdout?")
    let usage = try #require(throws: UsageError.self) {
      try OutputLevel.shown(.defaults, hide: ["stdot"], show: [])
    }
    #expect(usage.message == "--hide: there is no output level 'stdot'")
  }
}
