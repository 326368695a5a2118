import Testing

@testable import Swab

@FabfileBuilder
private func databaseTasks() -> [FabfileEntry] {
  task("backup") {}.alias("dump")
  task("restore", "Put it back") {}.default()
}

private func uptime(host: Host) async throws -> String { host.name }

@Suite("The tasks of a fabfile")
struct TaskRegistryTests {
  @Test("one line registers a task with its settings (TR-97)")
  func registration() throws {
    let fabfile = Fabfile {
      task("uptime", "Load of each host", uptime).roles("web", "db").parallel(poolSize: 3)
      task("plain") { () -> Int in 3 }.hosts("h1").excludeHosts("h2").serial().runsOnce()
      namespace("db", databaseTasks)
    }
    let registry = try TaskRegistry(fabfile)
    #expect(registry.tasks.map(\.name) == ["uptime", "plain", "db.backup", "db.restore"])
    let load = try registry.task(named: "uptime")
    #expect(load.help == "Load of each host")
    #expect(load.roles == ["web", "db"])
    #expect(load.mode == .parallel(poolSize: 3))
    #expect(load.takesHost)
    let plain = try registry.task(named: "plain")
    #expect(plain.hosts == ["h1"])
    #expect(plain.excludedHosts == ["h2"])
    #expect(plain.mode == .serial)
    #expect(plain.runsOnlyOnce)
    #expect(!plain.takesHost)
    #expect(try registry.task(named: "db.dump").name == "db.backup")
    #expect(try registry.task(named: "db").name == "db.restore")
  }

  @Test("two tasks of one name are an error that names both places (TR-97)")
  func duplicates() throws {
    let error = try #require(throws: UsageError.self) {
      try TaskRegistry(
        Fabfile {
          task("a") {}
          task("b") {}.alias("a")
        }
      )
    }
    #expect(error.message.hasPrefix("two tasks are called 'a': TaskRegistryTests.swift:"))
    #expect(error.message.contains(" and TaskRegistryTests.swift:"))
  }

  @Test(
    "names that the command line can't call are refused",
    arguments: ["", "a b", "a:b", "a.b", "-a", "a,b"]
  )
  func badNames(_ name: String) {
    #expect(throws: UsageError.self) { try TaskRegistry(Fabfile { task(name) {} }) }
  }

  @Test("an unknown task gets the nearest name (TR-31)")
  func nearest() throws {
    let registry = try TaskRegistry(Fabfile { task("sample_task") {} })
    let error = try #require(throws: UsageError.self) { try registry.task(named: "sampel_task") }
    #expect(error.description == "there is no task 'sampel_task'\nhint: did you mean sample_task?")
  }

  @Test("an unknown task of those that come with swab gets the list of them")
  func noBuiltIn() throws {
    let registry = try TaskRegistry(Fabfile { task("sample_task") {} })
    let error = try #require(throws: UsageError.self) { try registry.task(named: "docker.compose") }
    #expect(error.hint == "swab list docker shows the tasks that come with swab")
  }

  @Test("the default of the top level runs when no task is named")
  func defaultTask() throws {
    let registry = try TaskRegistry(
      Fabfile {
        task("a") {}
        task("b") {}.default()
      }
    )
    #expect(registry.defaultTask == "b")
    #expect(throws: UsageError.self) {
      try TaskRegistry(
        Fabfile {
          task("a") {}.default()
          task("b") {}.default()
        }
      )
    }
  }

  @Test(
    "an argument may not be called like swab's own keys, or stand twice",
    arguments: [["hosts"], ["role"], ["a", "a"], [""]]
  )
  func badParameters(_ parameters: [String]) {
    #expect(throws: UsageError.self) {
      try TaskRegistry(
        Fabfile { task("t", arguments: parameters) { (_: Host, _: TaskArguments) in } }
      )
    }
  }

  @Test(
    "-P, -z and the task's own setting decide how many hosts run at once (TR-34)",
    arguments: [
      (nil, false, nil, ExecutionStep.Mode.serial),
      (nil, true, nil, .parallel(width: 5)),
      (nil, true, 0, .parallel(width: 5)),
      (nil, true, 2, .parallel(width: 2)),
      (nil, true, 99, .parallel(width: 5)),
      (.serial, true, 2, .serial),
      (.parallel(poolSize: nil), false, nil, .parallel(width: 5)),
      (.parallel(poolSize: nil), false, 3, .parallel(width: 3)),
      (.parallel(poolSize: 4), true, nil, .parallel(width: 4)),
      (.parallel(poolSize: 0), true, nil, .parallel(width: 5)),
    ] as [(TaskDefinition.Mode?, Bool, Int?, ExecutionStep.Mode)]
  )
  func modes(
    _ own: TaskDefinition.Mode?,
    _ isParallel: Bool,
    _ poolSize: Int?,
    _ mode: ExecutionStep.Mode
  ) {
    var definition = task("t") {}
    definition.mode = own
    for isExplicit in [true, false] {
      var options = RunOptions()
      options.isParallel = isParallel
      options.poolSize = poolSize
      options.isPoolSizeExplicit = isExplicit && poolSize != nil
      #expect(ExecutionStep.mode(of: definition, hosts: 5, options: options) == mode)
    }
    definition.runsOnlyOnce = true
    #expect(ExecutionStep.mode(of: definition, hosts: 5, options: RunOptions()) == .serial)
  }

  @Test(
    "-z wins over the task's own pool size, and pool_size of the file doesn't (TR-30, TR-34)",
    arguments: [
      (3, 2, true, 2), (3, 2, false, 3), (3, 99, true, 5), (2, 0, true, 5), (2, 0, false, 2),
      (0, 2, true, 2), (0, 2, false, 5),
    ]
  )
  func poolSizes(_ own: Int, _ poolSize: Int, _ isExplicit: Bool, _ width: Int) {
    var options = RunOptions()
    options.poolSize = poolSize > 0 ? poolSize : nil
    options.isPoolSizeExplicit = isExplicit
    let definition = task("t") {}.parallel(poolSize: own)
    #expect(
      ExecutionStep.mode(of: definition, hosts: 5, options: options) == .parallel(width: width)
    )
  }

  @Test(
    "a call of execute changes only what it speaks of",
    arguments: [
      (nil, nil, nil, false, nil),
      (.parallel(poolSize: 3), true, nil, false, .parallel(poolSize: 3)),
      (.parallel(poolSize: 3), nil, 2, false, .parallel(poolSize: 2)),
      (.parallel(poolSize: 3), false, 2, false, .serial),
      (.serial, nil, 2, true, .serial),
      (.serial, true, 2, false, .parallel(poolSize: 2)),
      (nil, nil, 2, true, .parallel(poolSize: 2)),
      (nil, nil, 2, false, nil),
    ] as [(TaskDefinition.Mode?, Bool?, Int?, Bool, TaskDefinition.Mode?)]
  )
  func calls(
    _ own: TaskDefinition.Mode?,
    _ parallel: Bool?,
    _ poolSize: Int?,
    _ isParallel: Bool,
    _ mode: TaskDefinition.Mode?
  ) {
    var definition = task("t") {}
    definition.mode = own
    var options = RunOptions()
    options.isParallel = isParallel
    let called = definition.called(parallel: parallel, poolSize: poolSize, options: options)
    #expect(called.mode == mode)
  }
}
