import Testing

@testable import Swab

@Suite("EnvValue")
struct InventoryEnvValueTests {
  @Test(
    "text reads as a whole number only if it is a plain decimal (TR-10)",
    arguments: [
      ("20", 20), ("-5", -5), ("0", 0), ("08", nil), ("1e3", nil), ("0x10", nil), ("22:22", nil),
      ("", nil), (" 1", nil), ("1.0", nil), ("no", nil), ("1_0", nil), (.int(7), 7),
      (.double(2), 2),
      (.double(2.5), nil), (.bool(true), nil), (.null, nil), (.list([1]), nil), (.map([:]), nil),
    ] as [(EnvValue, Int?)]
  )
  func int(value: EnvValue, expected: Int?) {
    #expect(value.int == expected)
  }

  @Test(
    "words for yes and no read as Booleans",
    arguments: [
      ("yes", true), ("no", false), ("true", true), ("false", false), ("True", true), ("1", true),
      ("0", false), ("on", true), ("off", false), ("2", nil), ("", nil), ("maybe", nil),
      (.bool(false), false), (.int(1), true), (.int(0), false), (.int(2), nil), (.null, nil),
      (.list([]), nil),
    ] as [(EnvValue, Bool?)]
  )
  func bool(value: EnvValue, expected: Bool?) {
    #expect(value.bool == expected)
  }

  @Test(
    "numbers with a fraction",
    arguments: [
      ("1.5", 1.5), ("20", 20), ("-0.5", -0.5), ("1e3", nil), (".5", nil), ("1.", nil),
      ("1.2.3", nil),
      ("inf", nil), ("nan", nil), (.int(3), 3), (.double(0.25), 0.25), (.bool(true), nil),
    ] as [(EnvValue, Double?)]
  )
  func double(value: EnvValue, expected: Double?) {
    #expect(value.double == expected)
  }

  @Test(
    "text with commas reads as a list",
    arguments: [
      ("a,b", ["a", "b"]), ("a", ["a"]), ("", []), ("db[1,3], x", ["db[1,3]", "x"]),
      (.list(["a", 1]), ["a", 1]), (.int(1), [1]), (.null, nil), (.map([:]), nil),
    ] as [(EnvValue, [EnvValue]?)]
  )
  func list(value: EnvValue, expected: [EnvValue]?) {
    #expect(value.list == expected)
  }

  @Test(
    "what is one value reads as text",
    arguments: [
      ("a", "a"), (.int(1), "1"), (.bool(true), "true"), (.double(1.5), "1.5"), (.null, nil),
      (.list([]), nil), (.map([:]), nil),
    ] as [(EnvValue, String?)]
  )
  func string(value: EnvValue, expected: String?) {
    #expect(value.string == expected)
  }

  @Test("literals make values")
  func literals() {
    let value: EnvValue = ["a": [1, 2.5, true, nil, "x\(1)"], "b": ["c": "d"]]
    #expect(value.map?["a"]?.list == [.int(1), .double(2.5), .bool(true), .null, .string("x1")])
    #expect(value.map?.keys == ["a", "b"])
    #expect(value.description == "{a: [1, 2.5, true, null, x1], b: {c: d}}")
  }

  @Test("maps are equal whatever their order, and hash so")
  func maps() {
    let first: EnvMap = ["a": 1, "b": 2]
    let second: EnvMap = ["b": 2, "a": 1]
    #expect(first == second)
    #expect(first.hashValue == second.hashValue)
    #expect(first != ["a": 1, "b": 3])
    #expect(first != ["a": 1])
    var third = first
    third["a"] = nil
    third["c"] = 3
    #expect(third.keys == ["b", "c"])
    #expect(third.map(\.value) == [2, 3])
  }
}

@Suite("secrets")
struct InventorySecretTests {
  @Test(
    "keys of secrets are known by their endings",
    arguments: [
      ("password", true), ("sudo_password", true), ("DB_PASSWORD", true),
      ("docker_registry_password", true),
      ("passphrase", true), ("client_secret", true), ("api_token", true), ("credentials", true),
      ("auth", true), ("registry_auth", true), ("ssh_key", true), ("API_KEY", true),
      ("passwords", true),
      ("key_filename", false), ("KEY_FILENAME", false), ("host_key_filename", false),
      ("user", false),
      ("key", false), ("monkey", false), ("author", false), ("password_file", false),
      ("tokens", false),
      ("", false),
    ]
  )
  func keys(key: String, isSecret: Bool) {
    #expect(SecretKeys.isSecret(key) == isSecret)
  }

  @Test("a secret is masked, also within maps and lists, and in descriptions")
  func masks() {
    let value: EnvValue = ["name": "x", "password": "hunter2", "all": [["token": "hunter2"]]]
    #expect(value.masked(forKey: "registry").description.contains("hunter2") == false)
    #expect(value.description == "{name: x, password: ••••, all: [{token: ••••}]}")
    #expect(EnvValue("hunter2").masked(forKey: "password") == "••••")
    #expect(EnvValue("x").masked(forKey: "user") == "x")
  }

  @Test("no secret shows in the rows, the description or the errors of an env")
  func rows() throws {
    let inventory = try inventory(
      """
      env:
        password: hunter2
        copy: !env password
        twice: [!env copy]
        from_os: !env_os DB_PASSWORD
        registries: {a: {auth: hunter2}}
        api_key: [hunter2]
      """,
      environment: ["DB_PASSWORD": "hunter2"]
    )
    var table = try inventory.environment(for: nil as String?)
    table.set("more_token", to: "hunter2", origin: .code(file: "Fabfile.swift", line: 3))
    #expect(!table.description.contains("hunter2"))
    #expect(table.rows.first { $0.key == "copy" }?.value == "••••")
    #expect(table.rows.first { $0.key == "registries" }?.value == "{a: {auth: ••••}}")
    for key in ["password", "copy", "from_os", "api_key"] {
      let error = #expect(throws: FabfileError.self) { try table.int(key) }
      #expect(try !#require(error).description.contains("hunter2"))
    }
    #expect(try table.string("copy") == "hunter2")
  }
}
