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
}
