import Testing

@testable import SwabDocker

/// The forms in which people write ports, mounts, devices and sizes (DE-35).
@Suite("Arguments written as text (DE-35)")
struct ArgumentFormTests {
  @Test(
    "ports",
    arguments: [
      ("80", ["80/tcp"], []),
      ("80/udp", ["80/udp"], []),
      ("80/sctp", ["80/sctp"], []),
      ("2000-2001", ["2000/tcp", "2001/tcp"], []),
      ("1000:2000", ["2000/tcp"], [":1000:2000/tcp"]),
      ("127.0.0.1:1000:2000", ["2000/tcp"], ["127.0.0.1:1000:2000/tcp"]),
      ("127.0.0.1:1000:2000/udp", ["2000/udp"], ["127.0.0.1:1000:2000/udp"]),
      ("127.0.0.1::2000", ["2000/tcp"], ["127.0.0.1::2000/tcp"]),
      (
        "127.0.0.1::2000-2001", ["2000/tcp", "2001/tcp"],
        ["127.0.0.1::2000/tcp", "127.0.0.1::2001/tcp"]
      ),
      (
        "1000-1001:2000-2001", ["2000/tcp", "2001/tcp"], [":1000:2000/tcp", ":1001:2001/tcp"]
      ),
      ("1000-1001:2000", ["2000/tcp"], [":1000-1001:2000/tcp"]),
      (
        "[2001:abcd:ef00::2]:1000:2000", ["2000/tcp"], ["2001:abcd:ef00::2:1000:2000/tcp"]
      ),
      ("2001:abcd:ef00::2:1000:2000", ["2000/tcp"], ["2001:abcd:ef00::2:1000:2000/tcp"]),
    ]
  )
  func ports(_ text: String, _ exposed: [String], _ bindings: [String]) throws {
    let mapping = try PortMapping(parsing: text)
    #expect(mapping.exposedPorts == exposed)
    #expect(
      mapping.bindings.map { "\($0.hostAddress ?? ""):\($0.hostPortText):\($0.name)" } == bindings
    )
  }

  @Test(
    "ports that are refused",
    arguments: [
      "", ":80", "localhost:", "localhost:80:", "0.0.0.0:1000:2000:tcp", "80/ftp", "80/TCP", "80/",
      "1000-1010:2000-2002", "1000:2000-2002", "2001-2000", "0", "65536", "+80", "a", "80-",
      "localhost:80:80", "[::1:80:80", "1.2.3:80:80", "127.0.0.1:80",
    ]
  )
  func badPorts(_ text: String) {
    let error = #expect(throws: DockerError.self) { try PortMapping(parsing: text) }
    #expect(error?.code == .invalidArgument)
    #expect(error?.message.hasPrefix("'\(text)' is no mapping") == true)
  }

  @Test("ports of a container are exposed and grouped")
  func publish() throws {
    var spec = ContainerSpec(image: "x")
    try spec.publish("80", "8080:90", "127.0.0.1:8081:90", "1000-1001:91/udp")
    let body = spec.encoded
    #expect(Set(body["ExposedPorts"]?.object?.keys ?? []) == ["80/tcp", "90/tcp", "91/udp"])
    #expect(
      body["HostConfig"]?["PortBindings"] == [
        "90/tcp": [
          ["HostIp": "", "HostPort": "8080"], ["HostIp": "127.0.0.1", "HostPort": "8081"],
        ],
        "91/udp": [["HostIp": "", "HostPort": "1000-1001"]],
      ]
    )
  }

  @Test(
    "binds",
    arguments: [
      ("/srv:/data", "/srv", "/data", []), ("/srv:/data:ro", "/srv", "/data", ["ro"]),
      ("vol:/data:rw,z", "vol", "/data", ["rw", "z"]), ("/data", nil, "/data", []),
      ("/srv:/data:ro,rslave", "/srv", "/data", ["ro", "rslave"]),
    ] as [(String, String?, String, [String])]
  )
  func binds(_ text: String, _ source: String?, _ target: String, _ options: [String]) throws {
    let bind = try BindMount(parsing: text)
    #expect(bind == BindMount(source, at: target, options: options))
    #expect(bind.description == text)
    #expect(bind.isReadOnly == options.contains("ro"))
  }

  @Test(
    "binds that are refused",
    arguments: ["", "a:b:c:d", "/a:b", "/a:/b:zz", "/a:/b:ro,rw", ":/b", "/a::ro", "b", "/a:/"]
  )
  func badBinds(_ text: String) {
    let error = #expect(throws: DockerError.self) { try BindMount(parsing: text) }
    #expect(error?.code == .invalidArgument)
  }

  @Test(
    "mounts",
    arguments: [
      ("/data", Mount(.volume(), at: "/data")),
      ("vol:/data", Mount(.volume(name: "vol"), at: "/data")),
      ("vol:/data:rw", Mount(.volume(name: "vol"), at: "/data")),
      ("/srv:/data:ro", Mount(.bind(source: "/srv"), at: "/data", isReadOnly: true)),
    ]
  )
  func mounts(_ text: String, _ mount: Mount) throws {
    #expect(try Mount(parsing: text) == mount)
    // docker-py takes any third part for "read-only", this one too.
    #expect(throws: DockerError.self) { try Mount(parsing: "vol:/data:z") }
  }

  @Test(
    "devices",
    arguments: [
      ("/a", DeviceMapping("/a")), ("/a:/b", DeviceMapping("/a", at: "/b")),
      ("/a:/b:r", DeviceMapping("/a", at: "/b", permissions: "r")),
      ("/a:rw", DeviceMapping("/a", permissions: "rw")),
    ]
  )
  func devices(_ text: String, _ device: DeviceMapping) throws {
    #expect(try DeviceMapping(parsing: text) == device)
  }

  @Test("devices that are refused", arguments: ["", "a", "/a:/b:x", "/a:/b:/c", "/a:", "/a:/b:rr"])
  func badDevices(_ text: String) {
    #expect(throws: DockerError.self) { try DeviceMapping(parsing: text) }
  }

  @Test(
    "sizes",
    arguments: [
      ("", 0), ("100", 100), ("512b", 512), ("512m", 512 << 20), ("512M", 512 << 20),
      ("512MB", 512 << 20), ("1.5k", 1536), ("2g", 2 << 30), ("1kb", 1024), ("-1", -1), ("0", 0),
    ]
  )
  func sizes(_ text: String, _ bytes: Int) throws {
    #expect(try ByteSize(parsing: text).bytes == bytes)
  }

  @Test(
    "sizes that are refused",
    arguments: [
      "1t", "1kib", "512MK", "512L", "127.0.0.1K", "m", "-2", "-1.5k", "1 k", "9999999999g", ".5m",
      "1.k", "0x10", "1e3", "-",
    ]
  )
  func badSizes(_ text: String) {
    let error = #expect(throws: DockerError.self) { try ByteSize(parsing: text) }
    #expect(error?.message.hasPrefix("'\(text)' is no size") == true)
  }

  @Test("folders in memory")
  func tmpfs() throws {
    var host = HostConfig()
    host.temporaryFileSystems = try ["/p", "/q:size=1m,mode=1777"].map {
      try TemporaryFileSystem(parsing: $0)
    }
    #expect(host.encoded["Tmpfs"] == ["/p": "", "/q": "size=1m,mode=1777"])
    for text in ["", "p", ":size=1m"] {
      #expect(throws: DockerError.self) { try TemporaryFileSystem(parsing: text) }
    }
  }

  @Test(
    "limits",
    arguments: [
      ("nofile=1024", Ulimit("nofile", soft: 1024)),
      ("nofile=1024:2048", Ulimit("nofile", soft: 1024, hard: 2048)),
      ("core=-1", Ulimit("core", soft: -1)), ("core=0:-1", Ulimit("core", soft: 0, hard: -1)),
    ]
  )
  func ulimits(_ text: String, _ limit: Ulimit) throws {
    #expect(try Ulimit(parsing: text) == limit)
  }

  @Test(
    "limits that are refused",
    arguments: ["", "nofile", "nofile=", "=1", "nofile=2:1", "nofile=a", "nofile=1:2:3", "a=1=2"]
  )
  func badUlimits(_ text: String) {
    #expect(throws: DockerError.self) { try Ulimit(parsing: text) }
  }

  @Test("hosts")
  func hosts() throws {
    #expect(try ExtraHost(parsing: "db:192.0.2.7") == ExtraHost("db", address: "192.0.2.7"))
    #expect(try ExtraHost(parsing: "db=::1") == ExtraHost("db", address: "::1"))
    #expect(try ExtraHost(parsing: "db:2001:db8::7").containerForm == "db:2001:db8::7")
    for text in ["", "db", "db:", ":192.0.2.7"] {
      #expect(throws: DockerError.self) { try ExtraHost(parsing: text) }
    }
  }

  @Test("variables")
  func environment() throws {
    let parsed = try ContainerSpec.environment(parsing: ["A=1=2", "B=", "C", "A=3"])
    #expect(parsed == ["A": "3", "B": "", "C": nil])
    var spec = ContainerSpec(image: "x")
    spec.environment = parsed
    #expect(spec.encoded["Env"] == ["A=3", "B=", "C"])
    #expect(throws: DockerError.self) { try ContainerSpec.environment(parsing: ["=1"]) }
    let file = "# secrets\nA=b=c\n\nD= e \n #F=g\n"
    #expect(
      try ContainerSpec.environment(file: file) == ["A": "b=c", "D": " e ", " #F": "g"]
    )
    let error = #expect(throws: DockerError.self) {
      try ContainerSpec.environment(file: "A=b\nhunter2\n")
    }
    #expect(error?.message == "line 2 of the environment has no NAME=value")
  }

  @Test("platforms")
  func platforms() throws {
    let platform = try ImagePlatform(parsing: "linux/arm/v7")
    #expect(platform.description == "linux/arm/v7")
    #expect(platform.encoded == ["os": "linux", "architecture": "arm", "variant": "v7"])
    #expect(try ImagePlatform(parsing: "linux/amd64").variant == nil)
    for text in ["", "linux", "linux/", "a/b/c/d"] {
      #expect(throws: DockerError.self) { try ImagePlatform(parsing: text) }
    }
  }
}
