import Testing

@testable import Swab

@Suite("levels of env from outside of the file")
struct InventoryEnvLayerTests {
  @Test(
    "--set takes keys as Fabric does",
    arguments: [
      ("a=1", ["a=1"]), ("a=1,b=2", ["a=1", "b=2"]), ("a=1,b,c=", ["a=1", "b=true", "c="]),
      ("a=x\\,y,b=2", ["a=x,y", "b=2"]), ("a\\=b=c", ["a=b=c"]), ("a=b=c", ["a=b=c"]),
      ("a=b\\=c", ["a=b=c"]), ("a=C:\\x", ["a=C:\\x"]), ("", []), ("a=1,", ["a=1"]),
      ("a= 1 ", ["a= 1 "]), (" a =1", ["a=1"]), ("a=1,a=2", ["a=2"]),
      ("a=\\\\,b=1", ["a=\\\\", "b=1"]),
      ("port=2222", ["port=2222"]), ("warn_only", ["warn_only=true"]),
    ]
  )
  func set(text: String, pairs: [String]) throws {
    let layer = try EnvLayer.set(text)
    let table = EnvTable(lowestFirst: [layer])
    let found = try layer.entries.keys.map { key in
      "\(key)=\(try table.value(for: key)?.description ?? "")"
    }
    #expect(found == pairs)
  }

  @Test(
    "--set refuses what makes no sense",
    arguments: [
      ("=1", "--set: a key is missing before the ="),
      ("a=1, =2", "--set: a key is missing before the ="),
      ("port=0", "--set: 'port' takes a port from 1 to 65535, not '0'"),
      ("timeout=soon", "--set: 'timeout' takes a number of seconds up to 1000000000, not 'soon'"),
      (
        "timeout=9999999999999999999999999",
        "--set: 'timeout' takes a number of seconds up to 1000000000, "
          + "not '9999999999999999999999999'"
      ),
      ("pool_size=-1", "--set: 'pool_size' takes a whole number from 0, not '-1'"),
      ("parallel=perhaps", "--set: 'parallel' takes true or false, not 'perhaps'"),
    ]
  )
  func refuses(text: String, message: String) {
    let error = #expect(throws: FabfileError.self) { try EnvLayer.set(text) }
    #expect(error?.message == message)
    #expect(error?.description.hasPrefix(message) == true)
  }

  @Test("what --set says shows where it is from")
  func origin() throws {
    let layer = try EnvLayer.set("user=x")
    #expect(layer["user"]?.origin.description == "--set user")
    #expect(try EnvLayer.set("user=x", flag: "-u")["user"]?.origin.description == "-u user")
  }

  @Test("SWAB_ variables set keys, but for those that mean something else")
  func variables() throws {
    let layer = try EnvLayer.variables(from: [
      "SWAB_DOCKER_TIMEOUT": "40", "SWAB_USER": "me", "SWAB_": "x", "HOME": "/", "NOSWAB_X": "1",
      "SWAB_PASSWORD": "hunter2", "SWAB_SUDO_PASSWORD": "hunter2", "SWAB_FABFILE": "/f",
      "SWAB_EXECUTABLE": "/b", "SWAB_CACHE": "/c", "SWAB_TESTBED": "/t",
    ])
    #expect(layer.entries.keys.elements == ["docker_timeout", "user"])
    #expect(layer["user"]?.origin.description == "SWAB_USER")
    #expect(try EnvTable(lowestFirst: [layer]).int("docker_timeout") == 40)
    let all = try EnvLayer.variables(from: ["SWAB_CACHE": "x"], excluding: [])
    #expect(all.entries.keys.elements == ["cache"])
  }

  @Test(
    "numbers that are no time a run could last are refused",
    arguments: [
      (0, true), (0.5, true), (1_000_000_000, true), (1_000_000_001, false), (1e300, false),
      (.infinity, false), (.nan, false), (-0.1, false),
    ] as [(Double, Bool)]
  )
  func seconds(_ number: Double, _ isTaken: Bool) throws {
    for key in ["timeout", "command_timeout", "docker_timeout", "keepalive"] {
      // What a task sets isn't checked before it is read.
      var table = EnvTable(lowestFirst: [])
      table.set(key, to: .double(number), origin: .code(file: "Fabfile.swift", line: 7))
      guard !isTaken else {
        try EnvKey.check(.double(number), for: key)
        #expect(try table.duration(key) == .seconds(number))
        continue
      }
      #expect(throws: FabfileError.self) { try EnvKey.check(.double(number), for: key) }
      let error = try #require(throws: FabfileError.self) { try table.duration(key) }
      #expect(error.message.hasPrefix("Fabfile.swift:7: '\(key)' takes a number of seconds"))
    }
  }

  @Test("a variable that doesn't fit its key is an error that names it")
  func misfit() {
    let error = #expect(throws: FabfileError.self) {
      try EnvLayer.variables(from: ["SWAB_PORT": "ssh"])
    }
    #expect(error?.description == "SWAB_PORT: 'port' takes a port from 1 to 65535, not 'ssh'")
    #expect(error?.kind == .usage)
  }
}
