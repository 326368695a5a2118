import Testing

@testable import Swab

@Suite("Words of the command line in Fabric's forms")
struct ArgumentRewritingTests {
  @Test(
    "they are rewritten for the parser",
    arguments: [
      ("run t -H h1", "run t -H h1"), ("run -p t", "run --ask-password t"),
      ("run -p @/f t", "run --password-file /f t"), ("run --password=@f", "run --password-file f"),
      ("-f x/fabfile.yml list", "list"), ("--fabfile=x list -F short", "list -F short"),
      ("run -f x t", "run -f x t"), ("-V", "--version"), ("", ""),
    ]
  )
  func rewriting(_ words: String, _ expected: String) throws {
    let arguments = words.split(separator: " ").map(String.init)
    #expect(
      try ArgumentRewriting.rewritten(arguments) == expected.split(separator: " ").map(String.init)
    )
  }

  @Test(
    "a password is never a value, and what Fabric had and swab has not is said",
    arguments: [
      "run --password=hunter2", "run -p=hunter2", "run -A t", "run -g bastion t", "run -I",
    ]
  )
  func refused(_ words: String) throws {
    let error = try #require(throws: UsageError.self) {
      try ArgumentRewriting.rewritten(words.split(separator: " ").map(String.init))
    }
    #expect(!error.description.contains("hunter2"))
  }
}
