import Testing

@testable import Swab

@Suite("Tables of built-in tasks")
struct TextTableTests {
  private func table(_ rows: [[[String]]]) -> TextTable {
    var table = TextTable([
      .init(title: "Id"), .init(title: "Names", mayWrap: true), .init(title: "Size"),
    ])
    for row in rows { table.add(row) }
    return table
  }

  @Test("columns are as wide as their widest cell, and lists make rows higher (DF 33)")
  func form() {
    let table = table([
      [["0123456789ab"], ["web", "app/db"], ["7"]], [["c"], [], ["1024"]], [["d"], ["x"], [""]],
    ])
    #expect(
      table.lines(fitting: nil) == [
        "",
        "Id            Names   Size",
        "0123456789ab  web     7",
        "              app/db",
        "c                     1024",
        "d             x",
      ]
    )
  }

  @Test("with no rows there is the header alone (DF 34)")
  func empty() {
    #expect(table([]).lines(fitting: nil) == ["", "Id  Names  Size"])
    #expect(table([]).lines(fitting: 3) == ["", "Id  Names  Size"])
  }

  @Test("on a narrow terminal the widest cells go on in the next line, and nothing is lost")
  func wrapping() {
    let table = table([[["0123456789ab"], ["registry.example/team/application", "b"], ["7"]]])
    #expect(
      table.lines(fitting: 36) == [
        "",
        "Id            Names             Size",
        "0123456789ab  registry.example  7",
        "              /team/applicatio",
        "              n",
        "              b",
      ]
    )
    #expect(table.lines(fitting: 36).allSatisfy { $0.count <= 36 })
    // Narrower than this helps nobody.
    #expect(table.lines(fitting: 1)[1] == "Id            Names     Size")
  }

  @Test("what a host says can't move the cursor")
  func controlCharacters() {
    let table = table([[["a\u{1b}[2J"], ["\u{202e}x"], ["1"]]])
    #expect(table.lines(fitting: nil).last == "a\\x1b[2J  \\u{202e}x  1")
  }
}
