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
    // Narrower than its title is no column.
    #expect(table.lines(fitting: 1)[1] == "Id            Names  Size")
  }

  @Test("columns that say nothing are left out if there is not enough room, and only then")
  func silence() {
    var table = TextTable([
      .init(title: "Id"), .init(title: "Parent"), .init(title: "All", repeated: "Own"),
      .init(title: "Own"),
    ])
    for size in ["7", "8"] { table.add([["0123456789ab"], [""], [size], [size]]) }
    #expect(table.lines(fitting: 30)[1] == "Id            Parent  All  Own")
    #expect(
      table.lines(fitting: 29)[1...] == ["Id            Own", "0123456789ab  7", "0123456789ab  8"]
    )
    table.add([["c"], ["p"], ["9"], ["10"]])
    #expect(table.lines(fitting: 28)[1] == "Id            Parent  All  Own")
  }

  @Test("a date's time goes below its day where nothing else helps")
  func dates() {
    var table = TextTable([
      .init(title: "Names", mayWrap: true), .init(title: "Created", cut: 10),
    ])
    table.add([["application"], ["2026-11-26T00:00:36"]])
    #expect(table.lines(fitting: 30)[2] == "applicati  2026-11-26T00:00:36")
    #expect(
      table.lines(fitting: 28)[1...] == [
        "Names        Created", "application  2026-11-26", "             T00:00:36",
      ]
    )
  }

  @Test(
    "what the built-in tasks list fits 80 columns, also after a host's name",
    arguments: [80, 72]
  )
  func columnsOfTasks(width: Int) throws {
    let container = try JSONValue(
      parsing: """
        {"Id":"\(String(repeating: "1", count: 64))","Names":["/project-application-1"],
         "Image":"registry.example/team/application:2026.11","Command":"/docker-entrypoint.sh nginx",
         "Created":1795651236,"Status":"Up About an hour (healthy)",
         "Ports":[{"IP":"127.0.0.1","PrivatePort":8080,"PublicPort":34517,"Type":"tcp"},
                  {"IP":"0.0.0.0","PrivatePort":81,"PublicPort":34518,"Type":"udp"}]}
        """
    )
    let image = try JSONValue(
      parsing: """
        {"Id":"sha256:\(String(repeating: "2", count: 64))","ParentId":"sha256:33333333333333",
         "RepoTags":["registry.example/team/application:2026.11"],"Created":1795651236,
         "Size":1234567890,"VirtualSize":1234567890}
        """
    )
    let tables = [
      DockerTasks.table(of: [ContainerSummary(raw: container)], .init()),
      DockerTasks.table(of: [ImageSummary(raw: image)], fullIDs: false),
    ]
    for table in tables {
      let lines = table.lines(fitting: width)
      #expect(lines.allSatisfy { $0.count <= width }, "\(lines)")
      // None that has something to say is left out.
      let titles = lines[1].split(separator: " ").map(String.init)
      #expect(titles == table.columns.map(\.title).filter { $0 != "VirtualSize" })
    }
  }

  @Test("a cell is one line, whatever a host says")
  func newlines() {
    let table = table([[["a"], ["sh -c 'x\ny\r\n\tz'"], ["1"]]])
    #expect(table.lines(fitting: nil).last == #"a   sh -c 'x\ny\r\n\tz'  1"#)
  }

  @Test("what a host says can't move the cursor")
  func controlCharacters() {
    let table = table([[["a\u{1b}[2J"], ["\u{202e}x"], ["1"]]])
    #expect(table.lines(fitting: nil).last == "a\\x1b[2J  \\u{202e}x  1")
  }
}
