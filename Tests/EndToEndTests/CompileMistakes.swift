import Testing

/// A mistake that people make in a fabfile, and what they are shown.
struct CompileMistake: Sendable, CustomTestStringConvertible {
  /// What is wrong.
  var name: String
  /// The fabfile without its first line, `import Swab`.
  ///
  /// The line that a person has to be led to ends in `// here`.
  var code: String
  /// A part of the compiler's message about that line; nil if only the hint names it.
  var says: String?
  /// A part of the hint; in it, `LINE` is the number of the line.
  var hint: String?

  var testDescription: String { name }

  init(_ name: String, says: String? = nil, hint: String? = nil, _ code: String) {
    self.name = name
    self.code = code
    self.says = says
    self.hint = hint
  }

  var source: String { "import Swab\n\n\(code)\n" }

  /// The number of the line that is to be named.
  var line: Int? {
    source.split(separator: "\n", omittingEmptySubsequences: false)
      .firstIndex { $0.hasSuffix("// here") }.map { $0 + 1 }
  }
}

extension CompileMistake {
  /// Mistakes within a task.
  static let inTasks = [
    CompileMistake(
      "a misspelt member in a closure",
      says: "has no member 'cuont'",
      """
      let fabfile = Fabfile {
        task("a", "A") {
          let images = try await dockerFabric().images()
          puts("\\(images.cuont)")  // here
        }
        task("b", "B") { puts("b") }
      }
      """
    ),
    CompileMistake(
      "a misspelt member in a closure that takes the host",
      says: "has no member 'stdot'",
      """
      let fabfile = Fabfile {
        task("a", "A") { (host: Host) in
          let result = try await host.run("uptime")
          puts(result.stdot)  // here
        }
      }
      """
    ),
    CompileMistake(
      "a misspelt member in a function",
      says: "has no member 'stdot'",
      """
      let fabfile = Fabfile {
        task("a", "A", uptime)
      }

      func uptime(host: Host) async throws -> String {
        try await host.run("uptime").stdot  // here
      }
      """
    ),
    CompileMistake(
      "a misspelt function of Swab",
      says: "cannot find 'dockerFabrik' in scope",
      """
      let fabfile = Fabfile {
        task("a", "A") {
          let images = try await dockerFabrik().images()  // here
          puts("\\(images.count)")
        }
      }
      """
    ),
    CompileMistake(
      "await forgotten",
      says: "is 'async' but is not marked with 'await'",
      """
      let fabfile = Fabfile {
        task("a", "A") {
          let images = try dockerFabric().images()  // here
          puts("\\(images.count)")
        }
      }
      """
    ),
    CompileMistake(
      "try forgotten",
      says: "call can throw",
      """
      let fabfile = Fabfile {
        task("a", "A") {
          let images = await dockerFabric().images()  // here
          puts("\\(images.count)")
        }
      }
      """
    ),
    CompileMistake(
      "try and await forgotten in a function",
      says: "call can throw",
      """
      let fabfile = Fabfile {
        task("a", "A", uptime)
      }

      func uptime(host: Host) async throws {
        let result = host.run("uptime")  // here
        puts(result.stdout)
      }
      """
    ),
    CompileMistake(
      "abort() without try, which is not to be the C library's",
      says: "call can throw",
      """
      import Foundation

      let fabfile = Fabfile {
        task("a", "A", giveUp)
      }

      func giveUp(host: Host) throws {
        abort()  // here
      }
      """
    ),
    CompileMistake(
      "abort() without try in a closure",
      says: "call can throw",
      """
      import Foundation

      let fabfile = Fabfile {
        task("a", "A") { abort() }  // here
      }
      """
    ),
    CompileMistake(
      "a wrong argument label",
      says: "have 'al:', expected 'all:'",
      """
      let fabfile = Fabfile {
        task("a", "A") {
          let containers = try await dockerFabric().containers(al: true)  // here
          puts("\\(containers.count)")
        }
      }
      """
    ),
    CompileMistake(
      "a number where text belongs",
      says: "cannot convert value of type 'Bool' to expected argument type 'String'",
      """
      let fabfile = Fabfile {
        task("a", "A") {
          let result = try await run("uptime")
          puts(result.failed)  // here
        }
      }
      """
    ),
    CompileMistake(
      "the parameter for the arguments forgotten",
      says: "cannot find 'arguments' in scope",
      hint: "{ (host: Host, arguments: TaskArguments) in",
      """
      let fabfile = Fabfile {
        task("a", "A", arguments: ["tag"]) { (host: Host) in
          puts("\\(arguments["tag"])")  // here
        }
      }
      """
    ),
    CompileMistake(
      "the parameter for the host forgotten",
      says: "cannot find 'host' in scope",
      hint: "{ (host: Host) in",
      """
      let fabfile = Fabfile {
        task("a", "A") {
          puts(host.name)  // here
        }
      }
      """
    ),
    CompileMistake(
      "two types returned",
      says: "cannot convert value of type 'String'",
      """
      let fabfile = Fabfile {
        task("a", "A") { (host: Host) in
          if host.name == "h1" { return 1 } else { return "two" }  // here
        }
      }
      """
    ),
    CompileMistake(
      "another type returned than said",
      says: "cannot convert return expression of type",
      """
      let fabfile = Fabfile {
        task("a", "A", uptime)
      }

      func uptime(host: Host) async throws -> String {
        try await host.run("uptime")  // here
      }
      """
    ),
    CompileMistake(
      "a mistake in a closure whose parameter has no type",
      says: "used in closure body",
      hint: "the mistake is inside of this closure",
      """
      let fabfile = Fabfile {
        task("a", "A") { host in  // here
          let result = try await host.run("uptime")
          puts(result.stdot)
        }
      }
      """
    ),
  ]

  /// Names that aren't there, of which the compiler only says that they aren't.
  static let members = [
    member("docker.restrat(\"x\")", hint: "did you mean restart?"),
    member("host.dockerfabric()", hint: "did you mean dockerFabric?"),
    member("host.rum(\"x\")", hint: "did you mean run?"),
    member("host.put(\"x\", \"y\")", hint: "swab has no put yet"),
    member("host.get(\"x\", \"y\")", hint: "swab has no get yet"),
    member("arguments.str(\"x\")", hint: "did you mean string?"),
    member("host.env.docker_timeout", hint: "env[\"docker_timeout\"]"),
    member("host.run(\"x\").stdot", hint: "did you mean stdout?"),
    member("\"x\".padding(toLength: 3, withPad: \" \", startingAt: 0)", hint: "import Foundation"),
    member("host.name.components(separatedBy: \".\")", hint: "import Foundation"),
  ]

  private static func member(_ call: String, hint: String) -> CompileMistake {
    CompileMistake(
      call,
      says: "has no member",
      hint: hint,
      """
      let fabfile = Fabfile {
        task("a", "A", arguments: ["x"], a)
      }

      func a(host: Host, arguments: TaskArguments) async throws {
        let docker = try host.dockerFabric()
        _ = try await docker.images()
        _ = try await \(call)  // here
      }
      """
    )
  }

  /// Mistakes around tasks.
  static let aroundTasks = [
    CompileMistake(
      "a misspelt setting",
      says: "has no member 'role'",
      """
      let fabfile = Fabfile {
        task("a", "A") { puts("a") }
          .role("web")  // here
      }
      """
    ),
    CompileMistake(
      "a setting before the closure",
      hint: "a task's settings follow its closure",
      """
      let fabfile = Fabfile {
        task("a", "A").roles("web") { puts("a") }  // here
      }
      """
    ),
    CompileMistake(
      "a misspelt name of a function",
      says: "cannot find 'deploi' in scope",
      """
      let fabfile = Fabfile {
        task("a", "A", deploi)  // here
      }

      func deploy(host: Host) async throws {}
      """
    ),
    CompileMistake(
      "a function with other parameters",
      says: "async throws",
      hint: "a task's closure or function takes nothing, (host: Host), or",
      """
      let fabfile = Fabfile {
        task("a", "A", deploy)  // here
      }

      func deploy(tag: String) async throws {}
      """
    ),
    CompileMistake(
      "a closure with too many parameters",
      says: "but 3 were used in closure body",
      hint: "a task's closure or function takes nothing, (host: Host), or",
      """
      let fabfile = Fabfile {
        task("a", "A") { (host: Host, arguments: TaskArguments, more: Int) in  // here
          puts("a")
        }
      }
      """
    ),
    CompileMistake(
      "a comma forgotten",
      says: "expected ',' separator",
      """
      let fabfile = Fabfile {
        task("a" "A") { puts("a") }  // here
      }
      """
    ),
    CompileMistake(
      "a comma between tasks",
      hint: "tasks in Fabfile { } stand one on a line, with no comma between them",
      """
      let fabfile = Fabfile {
        task("a", "A") { puts("a") },  // here
        task("b", "B") { puts("b") }
      }
      """
    ),
    CompileMistake(
      "a comma after a task that is a function",
      hint: "tasks in Fabfile { } stand one on a line, with no comma between them",
      """
      let fabfile = Fabfile {
        task("a", "A", a).roles("web"),  // here
        task("b", "B", a)
      }

      func a(host: Host) async throws {}
      """
    ),
    CompileMistake(
      "a statement among the tasks",
      hint: "list tasks; everything else belongs into",
      """
      let fabfile = Fabfile {
        puts("hello")  // here
        task("a", "A") { puts("a") }
      }
      """
    ),
    CompileMistake(
      "a statement outside of the tasks",
      says: "not allowed at the top level",
      hint: "list tasks; everything else belongs into",
      """
      let fabfile = Fabfile {
        task("a", "A") { puts("a") }
      }

      puts("hello")  // here
      """
    ),
    CompileMistake(
      "a brace forgotten in a closure",
      hint: "it is the { in Fabfile.swift:LINE that has no }",
      """
      let fabfile = Fabfile {
        task("a", "A") {
          if true {  // here
            puts("a")
        }
      }

      func b() {}
      """
    ),
    CompileMistake(
      "a brace forgotten at the end of a function",
      hint: "it is the { in Fabfile.swift:LINE that has no }",
      """
      let fabfile = Fabfile {
        task("a", "A", a)
      }

      func a(host: Host) async throws {
        if host.name == "h1" {  // here
          puts("a")

      func b() {}
      """
    ),
    CompileMistake(
      "an object captured that hosts would share",
      says: "non-Sendable type 'Counter'",
      hint: "a task may run on several hosts at once",
      """
      final class Counter { var count = 0 }

      let fabfile = Fabfile {
        let counter = Counter()
        task("a", "A") {
          counter.count += 1  // here
        }
      }
      """
    ),
    CompileMistake(
      "a global variable that hosts would share",
      says: "var 'count' is not concurrency-safe",
      hint: "a task may run on several hosts at once",
      """
      var count = 0  // here

      let fabfile = Fabfile {
        task("a", "A") {
          count += 1
        }
      }
      """
    ),
  ]
}
