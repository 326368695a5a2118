import SwabTestSupport
import Testing

@testable import Swab

@Suite("What variables and flags select")
struct ProjectTests {
  private static let fabfile = """
    hosts:
      h1: me@192.0.2.1
      h2: me@192.0.2.2
      h3: me@192.0.2.3
    roles:
      web: [h1, h2]
      db: [h3]

    """

  /// The names of the hosts that `swab hosts` would show.
  private func hosts(_ words: String, _ variables: [String: String]) throws -> [String] {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let process = ProcessContext(
      arguments: [],
      environment: variables,
      fabfilePath: try folder.write(Self.fabfile, to: "fabfile.yml"),
      person: Person(user: "me", home: folder.path)
    )
    let arguments = ["hosts"] + words.split(separator: " ").map(String.init)
    let command = try #require(try SwabCommand.parseAsRoot(arguments) as? HostsCommand)
    let main = CommandLineMain(fabfile: Fabfile {}, process: process)
    let flags = try EnvLayer.flags(command.selection)
    return try Project(main, command.selection, flags: flags).selector.selectedOrAll().map(\.name)
  }

  @Test(
    "SWAB_HOSTS, SWAB_ROLES and SWAB_EXCLUDE_HOSTS select; -H and -R win over them",
    arguments: [
      ("", [:], ["h1", "h2", "h3"]),
      ("", ["SWAB_HOSTS": "h2,h1"], ["h2", "h1"]),
      ("", ["SWAB_HOSTS": "h[1-2]"], ["h1", "h2"]),
      ("", ["SWAB_ROLES": "db"], ["h3"]),
      ("", ["SWAB_HOSTS": "h1", "SWAB_ROLES": "db"], ["h1", "h3"]),
      ("-H h2", ["SWAB_HOSTS": "h1", "SWAB_ROLES": "db"], ["h2"]),
      ("-R web", ["SWAB_HOSTS": "h3"], ["h1", "h2"]),
      ("", ["SWAB_EXCLUDE_HOSTS": "h1"], ["h2", "h3"]),
      ("-H h1,h2", ["SWAB_EXCLUDE_HOSTS": "h1"], ["h2"]),
      ("-x h2", ["SWAB_EXCLUDE_HOSTS": "h1"], ["h3"]),
      ("-R web,db", ["SWAB_EXCLUDE_HOSTS": "db,h1"], ["h2"]),
    ] as [(String, [String: String], [String])]
  )
  func selection(_ words: String, _ variables: [String: String], _ names: [String]) throws {
    #expect(try hosts(words, variables) == names)
  }
}
