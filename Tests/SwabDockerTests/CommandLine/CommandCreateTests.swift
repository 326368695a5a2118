import Testing

@testable import SwabDocker

@Suite("Containers made by the docker command")
struct CommandCreateTests {
  /// A change of a container's description, and the flags that it leads to.
  struct Change: Sendable, CustomStringConvertible {
    let description: String
    let apply: @Sendable (inout ContainerSpec) -> Void

    init(_ flags: String, _ apply: @escaping @Sendable (inout ContainerSpec) -> Void) {
      description = flags
      self.apply = apply
    }
  }

  static let process: [Change] = [
    Change("") { _ in },
    Change("--label=a=b --label='c=d e'") { $0.labels = ["a": "b", "c": "d e"] },
    Change("--user=u:g --workdir=/srv --hostname=web --domainname=example") { spec in
      (spec.user, spec.workingDirectory) = ("u:g", "/srv")
      (spec.hostname, spec.domainName) = ("web", "example")
    },
    Change("--tty") { $0.hasTerminal = true },
    Change("--interactive --attach=stdout --attach=stderr") { $0.opensStandardInput = true },
    Change("--interactive --attach=stdin") { spec in
      spec.opensStandardInput = true
      spec.closesStandardInputOnce = true
    },
    Change("--stop-signal=SIGINT --stop-timeout=7") { spec in
      (spec.stopSignal, spec.stopTimeout) = ("SIGINT", .seconds(7))
    },
    Change("--volume=/data") { $0.volumes = ["/data"] },
    Change("--expose=90/udp --publish=127.0.0.1:8080:80/tcp --publish='[::1]::81/tcp'") { spec in
      spec.exposedPorts = ["90/udp"]
      spec.hostConfig.portBindings = [
        PortBinding(80, hostPort: 8080, hostAddress: "127.0.0.1"),
        PortBinding(81, hostAddress: "::1"),
      ]
    },
    Change("--publish=82/tcp --publish=8000-8010:83/udp --publish-all") { spec in
      spec.hostConfig.portBindings = [
        PortBinding(82), PortBinding(83, type: "udp", hostPort: 8000, lastHostPort: 8010),
      ]
      spec.hostConfig.publishesAllPorts = true
    },
    Change(
      "--health-cmd='curl -f http://x || exit 1' --health-interval=30s "
        + "--health-timeout=1500ms --health-start-period=1us --health-retries=3"
    ) { spec in
      var check = Healthcheck(test: ["CMD-SHELL", "curl -f http://x || exit 1"])
      (check.interval, check.timeout) = (.seconds(30), .milliseconds(1500))
      (check.startPeriod, check.retries) = (.microseconds(1), 3)
      spec.healthcheck = check
    },
    Change(#"--health-cmd='test -e '\''/a b'\'''"#) {
      $0.healthcheck = Healthcheck(test: ["CMD", "test", "-e", "/a b"])
    },
    Change("--no-healthcheck") { $0.healthcheck = Healthcheck(test: ["NONE"]) },
    Change("--network=none") { $0.disablesNetwork = true },
    Change("--network=host") { $0.hostConfig.networkMode = "host" },
    Change(
      "--network-alias=db --link=a:b --ip=192.0.2.7 --ip6=2001:db8::7 "
        + "--link-local-ip=169.254.1.1 --network=back"
    ) { spec in
      var endpoint = EndpointSpec()
      (endpoint.aliases, endpoint.links) = (["db"], ["a:b"])
      (endpoint.ipv4Address, endpoint.ipv6Address) = ("192.0.2.7", "2001:db8::7")
      endpoint.linkLocalAddresses = ["169.254.1.1"]
      spec.networks = ["back": endpoint]
      spec.hostConfig.networkMode = "back"
    },
    Change("--network=name=back,gw-priority=3,driver-opt=a=b") { spec in
      var endpoint = EndpointSpec()
      (endpoint.gatewayPriority, endpoint.driverOptions) = (3, ["a": "b"])
      spec.networks = ["back": endpoint]
    },
    Change("--network=name=back,alias=db,ip=192.0.2.7 --network=front") { spec in
      var endpoint = EndpointSpec()
      (endpoint.aliases, endpoint.ipv4Address) = (["db"], "192.0.2.7")
      spec.networks = ["back": endpoint, "front": EndpointSpec()]
    },
  ]

  static let host: [Change] = [
    Change(
      "--volume=/a:/b:ro --mount=type=volume,source=data,target=/c,readonly,volume-nocopy "
        + "--mount='type=bind,\"source=/x,y\",target=/d,bind-propagation=rshared' "
        + "--mount=type=tmpfs,target=/e,tmpfs-size=1024,tmpfs-mode=1777"
    ) { spec in
      spec.hostConfig.binds = [BindMount("/a", at: "/b", options: ["ro"])]
      var volume = Mount.VolumeOptions()
      volume.copiesNothing = true
      var bind = Mount.BindOptions()
      bind.propagation = "rshared"
      var tmpfs = Mount.TmpfsOptions()
      (tmpfs.sizeBytes, tmpfs.mode) = (1024, 0o1777)
      var data = Mount(.volume(name: "data", volume), at: "/c")
      data.isReadOnly = true
      spec.hostConfig.mounts = [
        data, Mount(.bind(source: "/x,y", bind), at: "/d"), Mount(.tmpfs(tmpfs), at: "/e"),
      ]
    },
    Change("--tmpfs=/run:size=64m") {
      $0.hostConfig.temporaryFileSystems = [TemporaryFileSystem("/run", options: "size=64m")]
    },
    Change(
      "--volumes-from=x:ro --cap-add=NET_ADMIN --cap-drop=ALL --group-add=g --dns=192.0.2.1 "
        + "--dns-option=ndots:1 --dns-search=example --add-host=db:192.0.2.7 --link=a:b"
    ) { spec in
      spec.hostConfig.volumesFrom = ["x:ro"]
      spec.hostConfig.addedCapabilities = ["NET_ADMIN"]
      spec.hostConfig.droppedCapabilities = ["ALL"]
      spec.hostConfig.addedGroups = ["g"]
      spec.hostConfig.nameServers = ["192.0.2.1"]
      spec.hostConfig.nameServerOptions = ["ndots:1"]
      spec.hostConfig.searchDomains = ["example"]
      spec.hostConfig.additionalHosts = [ExtraHost("db", address: "192.0.2.7")]
      spec.hostConfig.links = ["a:b"]
    },
    Change(
      "--storage-opt=size=1G --sysctl=net.core.somaxconn=10 --rm --privileged --read-only "
        + "--shm-size=1024 --oom-score-adj=5 --init=true"
    ) { spec in
      spec.hostConfig.storageOptions = ["size": "1G"]
      spec.hostConfig.sysctls = ["net.core.somaxconn": "10"]
      (spec.hostConfig.autoRemove, spec.hostConfig.isPrivileged) = (true, true)
      spec.hostConfig.hasReadOnlyRoot = true
      (spec.hostConfig.sharedMemoryBytes, spec.hostConfig.outOfMemoryScore) = (1024, 5)
      spec.hostConfig.runsInit = true
    },
    Change("--security-opt=no-new-privileges --security-opt=systempaths=unconfined") { spec in
      spec.hostConfig.securityOptions = ["no-new-privileges"]
      (spec.hostConfig.maskedPaths, spec.hostConfig.readOnlyPaths) = ([], [])
    },
    Change("--log-driver=json-file --log-opt=max-size=1m") { spec in
      spec.hostConfig.logDriver = LogDriver("json-file", options: ["max-size": "1m"])
    },
    Change("--restart=on-failure:2") {
      $0.hostConfig.restartPolicy = .onFailure(maximumRetryCount: 2)
    },
    Change("--restart=unless-stopped") { $0.hostConfig.restartPolicy = .unlessStopped },
    Change(
      "--memory=6291456 --memory-swap=-1 --pids-limit=9 --cpu-shares=2 --cpuset-cpus=0-1 "
        + "--cpus=0.25 --memory-swappiness=0 --cgroup-parent=/x --oom-kill-disable "
        + "--ulimit=nofile=1:2 --device=/dev/null:/dev/n:r --device-read-bps=/dev/sda:1024"
    ) { spec in
      spec.hostConfig.resources.memoryBytes = 6 << 20
      spec.hostConfig.resources.memoryAndSwapBytes = -1
      spec.hostConfig.resources.processLimit = 9
      spec.hostConfig.resources.cpuShares = 2
      spec.hostConfig.resources.cpuSet = "0-1"
      spec.hostConfig.resources.nanoCPUs = 250_000_000
      spec.hostConfig.resources.memorySwappiness = 0
      spec.hostConfig.resources.controlGroupParent = "/x"
      spec.hostConfig.resources.disablesOutOfMemoryKiller = true
      spec.hostConfig.resources.ulimits = [Ulimit("nofile", soft: 1, hard: 2)]
      spec.hostConfig.resources.devices = [
        DeviceMapping("/dev/null", at: "/dev/n", permissions: "r")
      ]
      spec.hostConfig.resources.readBytesPerSecond = [DeviceLimit("/dev/sda", 1024)]
    },
  ]

  @Test("each setting has a valid flag (docker create)", arguments: process + host)
  func flags(_ change: Change) async throws {
    var spec = ContainerSpec(image: "app:1", command: ["a b", "--c"])
    change.apply(&spec)
    let recorded = try RecordedCommands(version: "1.51") { _ in "id1\n" }
    let made = try await recorded.docker.createContainer(spec, name: "web")
    #expect(made.id == "id1")
    let text = try #require(recorded.commands.texts.first)
    let flags = change.description.isEmpty ? "" : change.description + " "
    // Quotes are around a whole word, which the table shows at the value.
    #expect(
      Self.words(text)
        == Self.words("docker create --pull=never --name=web \(flags)app:1 'a b' --c")
    )
    await recorded.docker.close()
  }

  /// The words that a shell makes of a text.
  private static func words(_ text: String) -> [String] {
    var (words, word, quote): ([String], String?, Character?) = ([], nil, nil)
    var characters = text.makeIterator()
    while let character = characters.next() {
      switch character {
      case quote: quote = nil
      case _ where quote != nil: word = (word ?? "") + String(character)
      case "'": (quote, word) = (character, word ?? "")
      case "\\": word = (word ?? "") + (characters.next().map(String.init) ?? "")
      case " ":
        if let complete = word { words.append(complete) }
        word = nil
      default: word = (word ?? "") + String(character)
      }
    }
    return words + (word.map { [$0] } ?? [])
  }

  @Test("the entry point's further words stand before the command")
  func entrypoint() async throws {
    var spec = ContainerSpec(image: "app", command: ["c"])
    spec.entrypoint = ["a", "b"]
    let recorded = try RecordedCommands()
    try await recorded.docker.createContainer(spec)
    spec.entrypoint = [""]
    try await recorded.docker.createContainer(spec)
    #expect(
      recorded.commands.texts == [
        "docker create --pull=never --entrypoint=a app b c",
        "docker create --pull=never --entrypoint= app c",
      ]
    )
    await recorded.docker.close()
  }

  @Test("variables go through standard input, where everybody can't read them")
  func environment() async throws {
    var spec = ContainerSpec(image: "app")
    spec.environment = ["PASSWORD": "s3cret $x", "B": "", "LINES": "a\nb"]
    let recorded = try RecordedCommands()
    try await recorded.docker.createContainer(spec)
    #expect(
      recorded.commands.texts
        == ["docker create --pull=never --env-file=/dev/stdin '--env=LINES=a\nb' app"]
    )
    #expect(recorded.commands.inputs == ["B=\nPASSWORD=s3cret $x\n"])
    await recorded.docker.close()
  }

  @Test("variables of a command in a container are told where only they are read")
  func execEnvironment() async throws {
    var spec = ExecSpec(["cat"])
    spec.environment = ["PASSWORD": "s3cret"]
    for (version, input) in [("1.40", nil), ("1.41", nil), ("1.41", "in")] {
      let recorded = try RecordedCommands(version: version) { _ in RecordedCommands.container() }
      let upload = input.map { DockerUpload(Array($0.utf8)) }
      _ = try await recorded.docker.exec("web", spec, input: upload)
      let (text, read) = (recorded.commands.texts.last ?? "", recorded.commands.inputs.last)
      switch (version, input) {
      // Older programs know no file of variables.
      case ("1.40", _): #expect(text == "docker exec --env=PASSWORD=s3cret c1 cat")
      case (_, nil):
        #expect(text == "docker exec --env-file=/dev/stdin c1 cat")
        #expect(read == "PASSWORD=s3cret\n")
      default:
        #expect(text.contains(#"docker exec --env-file="$d/env" --interactive c1 cat <&3"#))
        #expect(!text.contains("s3cret"))
        #expect(read == "PASSWORD=s3cret\n\nin")
      }
      await recorded.docker.close()
    }
  }

  @Test(
    "fields of a line keep their commas, quotes and line ends",
    arguments: [
      ("a=b", "a=b"), ("a=b,c", "\"a=b,c\""), ("a=\"", "\"a=\"\"\""), ("a\nb", "\"a\nb\""),
      ("a\r\nb", "\"a\r\nb\""), ("a,\u{301}b", "\"a,\u{301}b\""),
      ("a\"\u{301}", "\"a\"\"\u{301}\""),
    ]
  )
  func csv(_ field: String, _ expected: String) {
    #expect(Array(CommandTranslator.csv(field).utf8) == Array(expected.utf8))
  }

  @Test("a variable whose name or value begins with an accent is one all the same")
  func accents() async throws {
    var spec = ContainerSpec(image: "app")
    spec.environment = ["A": "\u{301}x", "#\u{301}": "1"]
    let recorded = try RecordedCommands()
    try await recorded.docker.createContainer(spec)
    #expect(recorded.commands.inputs == ["A=\u{301}x\n"])
    #expect(recorded.commands.texts.first?.contains("--env=#\u{301}=1'") == true)
    await recorded.docker.close()
  }

  @Test("a docker command that would pull by itself is not let to")
  func oldCommand() async throws {
    let recorded = try RecordedCommands(version: "1.40")
    try await recorded.docker.createContainer(ContainerSpec(image: "app"))
    #expect(
      recorded.commands.texts
        == ["docker inspect --type=image '--format={{.Id}}' app", "docker create app"]
    )
    await recorded.docker.close()
  }

  @Test(
    "a setting without a flag is refused by its name, and nothing is lost",
    arguments: ["HostConfig.Secret", "Secret", "HostConfig.Mounts[].BindOptions.CreateMountpoint"]
  )
  func unknown(_ field: String) async throws {
    var spec = ContainerSpec(image: "app")
    if field.contains("Mounts") {
      var options = Mount.BindOptions()
      options.createsMissingFolder = true
      spec.hostConfig.mounts = [Mount(.bind(source: "/a", options), at: "/b")]
    } else if field.contains(".") {
      spec.hostConfig.additionalFields["Secret"] = "hunter2"
    } else {
      spec.additionalFields["Secret"] = "hunter2"
    }
    let recorded = try RecordedCommands(version: "1.45")
    let error = await #expect(throws: DockerError.self) {
      try await recorded.docker.createContainer(spec)
    }
    #expect(error?.code == .notImplemented)
    #expect(error?.message == "the docker command has no way to say this: \(field)")
    #expect(recorded.commands.texts.isEmpty)
    await recorded.docker.close()
  }

  @Test("a variable without a value can't be taken away by the docker command")
  func variableWithoutValue() async throws {
    var spec = ContainerSpec(image: "app")
    spec.environment = ["PATH": nil]
    let recorded = try RecordedCommands()
    let error = await #expect(throws: DockerError.self) {
      try await recorded.docker.createContainer(spec)
    }
    #expect(error?.code == .notImplemented)
    await recorded.docker.close()
  }
}
