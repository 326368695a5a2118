import Testing

@testable import Swab

@Suite("Calls of tasks on the command line")
struct TaskCallTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var word: String
    var positional: [String] = []
    var named: [String: String] = [:]
    var hosts: [String]?
    var roles: [String]?
    var excluded: [String] = []
    var testDescription: String { word }
  }

  @Test(
    "Fabric 1's form, with its escapes and reserved keys (TR-28)",
    arguments: [
      Case(word: "t"),
      Case(word: "t:"),
      Case(word: "t:a", positional: ["a"]),
      Case(word: "t:a,b", positional: ["a", "b"]),
      Case(word: "t:a,k=v", positional: ["a"], named: ["k": "v"]),
      Case(word: "t:k=", named: ["k": ""]),
      Case(word: "t:k=a=b", named: ["k": "a=b"]),
      Case(word: #"t:a\,b"#, positional: ["a,b"]),
      Case(word: #"t:a\=b"#, positional: ["a=b"]),
      Case(word: #"t:a\b"#, positional: [#"a\b"#]),
      Case(word: #"t:a\"#, positional: [#"a\"#]),
      Case(word: "t:k=a:b", named: ["k": "a:b"]),
      Case(word: "t:host=h1", hosts: ["h1"]),
      Case(word: "t:hosts=h1;h2", hosts: ["h1", "h2"]),
      Case(word: #"t:hosts="h1; h2""#, hosts: ["h1", "h2"]),
      Case(word: "t:hosts=", hosts: []),
      Case(word: "t:hosts=; ,roles=", hosts: [], roles: []),
      Case(word: "t:role=web,roles=db;cache", roles: ["web", "db", "cache"]),
      Case(word: "t:exclude_hosts=h1;h2,k=v", named: ["k": "v"], excluded: ["h1", "h2"]),
      Case(word: "db.backup:ü", positional: ["ü"]),
    ]
  )
  func parsing(_ example: Case) throws {
    let call = try TaskCall(parsing: example.word)
    #expect(call.name == String(example.word.prefix { $0 != ":" }))
    #expect(call.positional == example.positional)
    #expect(
      Dictionary(uniqueKeysWithValues: call.named.map { ($0.key, $0.value) }) == example.named
    )
    #expect(call.hosts == example.hosts)
    #expect(call.roles == example.roles)
    #expect(call.excludedHosts == example.excluded)
  }

  @Test("a positional argument after a named one is an error")
  func positionalAfterNamed() {
    #expect(throws: UsageError.self) { try TaskCall(parsing: "t:k=v,a") }
  }

  @Test(
    "no error shows an argument that is called like a secret",
    arguments: [
      ("t:k=v,a", "in 't:k=v,a': 'a' has no name but stands after a named argument"),
      (
        "t:k=v,api_token=hunter2,a=b,c",
        "in 't:k=v,api_token=••••,a=b,c': 'c' has no name but stands after a named argument"
      ),
      (
        "t:password=hunter2,hunter3",
        "in 't:password=••••,••••': '••••' has no name but stands after a named argument"
      ),
    ]
  )
  func secrets(_ word: String, _ message: String) throws {
    let error = try #require(throws: UsageError.self) { try TaskCall(parsing: word) }
    #expect(error.message == message)
    #expect(!error.description.contains("hunter"))
    let arguments = TaskArguments(values: ["token": "hunter2", "tag": "1.4"], task: "t")
    #expect(arguments.secrets == ["hunter2"])
    let mistake = try #require(throws: TaskError.self) { try arguments.int("token") }
    #expect(mistake.message == "argument 'token' must be a whole number")
    #expect(TaskParameter("token=hunter2").usage == "[token=••••]")
  }

  private var deploy: TaskDefinition {
    task("deploy", arguments: ["tag", "force=no"]) { (_: Host, _: TaskArguments) in }
  }

  @Test(
    "arguments are matched to what the task declares",
    arguments: [
      ("deploy:1.4", ["tag": "1.4", "force": "no"]),
      ("deploy:1.4,yes", ["tag": "1.4", "force": "yes"]),
      ("deploy:force=yes,tag=1.4", ["tag": "1.4", "force": "yes"]),
      ("deploy:tag=", ["tag": "", "force": "no"]),
    ]
  )
  func matching(_ word: String, _ values: [String: String]) throws {
    #expect(try TaskCall(parsing: word).arguments(for: deploy).values == values)
  }

  @Test(
    "a wrong argument gets a usage line",
    arguments: [
      ("deploy", "argument 'tag' is missing"),
      ("deploy:1,2,3", "too many arguments"),
      ("deploy:1,tag=2", "argument 'tag' is given twice"),
      ("deploy:1,forse=2", "unknown argument 'forse'; did you mean force?"),
    ]
  )
  func mistakes(_ word: String, _ message: String) throws {
    let call = try TaskCall(parsing: word)
    let error = try #require(throws: UsageError.self) { try call.arguments(for: deploy) }
    #expect(error.message == "task 'deploy': \(message)")
    #expect(error.hint == "usage: swab run deploy:tag,[force=no]")
    #expect(error.exitStatus == .usage)
  }

  @Test(
    "a built-in task's values are of the form of its default (TR-27)",
    arguments: [
      ("docker.list_images:list_all=Yes,full_ids=0", nil),
      ("docker.list_images:maybe", "argument 'list_all' must be yes or no, not 'maybe'"),
      ("docker.load_image:7,8", nil),
      ("docker.load_image:7,soon", "argument 'timeout' must be a whole number, not 'soon'"),
      ("docker.load_image:7,timeout=", "argument 'timeout' must be a whole number, not ''"),
      ("docker.pull_image:yes,no", nil),
    ]
  )
  func forms(_ word: String, _ message: String?) throws {
    let call = try TaskCall(parsing: word)
    let task = try #require(DockerTasks.all.first { $0.name == call.name })
    guard let message else {
      _ = try call.arguments(for: task)
      return
    }
    let error = try #require(throws: UsageError.self) { try call.arguments(for: task) }
    #expect(error.message == "task '\(call.name)': \(message)")
    #expect(error.hint == "usage: \(TaskCall.usageLine(of: task))")
  }

  @Test(
    "arguments convert to numbers and truth values",
    arguments: [("yes", true), ("no", false), ("1", true), ("", false), ("On", true)]
  )
  func conversions(_ text: String, _ value: Bool) throws {
    let arguments = TaskArguments(values: ["a": text, "n": "42"], task: "t")
    #expect(try arguments.bool("a") == value)
    #expect(try arguments.int("n") == 42)
    #expect(throws: TaskError.self) { try arguments.bool("n") }
    #expect(throws: TaskError.self) { try arguments.string("other") }
    #expect(arguments["other"] == nil)
  }

  @Test("a task that asks for an argument it doesn't declare is told the nearest, or what to add")
  func undeclared() throws {
    let arguments = TaskArguments(values: ["name": "x", "tag": "1"], task: "deploy")
    for (asked, hint) in [
      ("nmae", "did you mean name?"), ("force", #"add it to the task's arguments: ["force"]"#),
    ] {
      let error = #expect(throws: TaskError.self) { try arguments.string(asked) }
      #expect(error?.message == "task 'deploy' declares no argument '\(asked)'")
      #expect(error?.hint == hint)
    }
  }
}
