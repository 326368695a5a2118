extension Project {
  /// A fabfile with a task for each behaviour that needs one of its own; all tests share it, so
  /// that it is compiled once.
  static let acceptanceTasks = #"""
    import Foundation
    import Swab
    import Synchronization

    let fabfile = Fabfile {
      runningTasks()
      operationTasks()
      dockerTasks()
    }

    // MARK: Running

    @FabfileBuilder func runningTasks() -> [FabfileEntry] {
      task("first", "Print the host", first)
      task("second", "Print the host", second)
      task("say", "Print a word", arguments: ["word=nothing"], say)
      task("count", "Count the bodies that run at once", arguments: ["width", "total"], count)
      task("pooled", "Count, with a pool", arguments: ["width", "total"], count).parallel(poolSize: 3)
      task("most", "Print the count", most)
      task("ordered", "Count, one by one", ordered).serial()
      task("local_task", "Needs no host") { puts("host: \(currentHost?.name ?? "none")") }
      task("outer", "Run a task on other hosts", outer)
      task("paint", "Change env, and look whether others see it", arguments: ["count"], paint)
      task("colour", "Print env's colour", colour)
      task("once", "Run once", once).runsOnce()
      task("throws", "Throw an error of Swift", throwing)
      task("picky", "Fail on one host", arguments: ["bad"], picky)
      task("slow_and_bad", "One fails, another is still busy", arguments: ["file"], slowAndBad)
      task("stubborn", "Never end", stubborn)
      task("spill", "Print a secret in every way", spill)
      task("give_up", "Fail with a secret", giveUp)
    }

    func first(host: Host) { puts("first on \(host.name)") }
    func second(host: Host) { puts("second on \(host.name)") }
    func say(host: Host, arguments: TaskArguments) throws { puts(try arguments.string("word")) }

    /// How many bodies run now, and the most there were.
    let bodies = Mutex((running: 0, most: 0, ended: 0))

    /// Stays until as many run at once as may, so that one more would be seen.
    func count(host: Host, arguments: TaskArguments) async throws {
      let (width, total) = (try arguments.int("width"), try arguments.int("total"))
      bodies.withLock { state in
        state.running += 1
        state.most = max(state.most, state.running)
      }
      while bodies.withLock({ $0.most < min(width, total) }) { await Task.yield() }
      _ = try await host.run("true", quiet: true)
      bodies.withLock { $0.running -= 1 }
    }

    func most(host: Host) { puts("most at once: \(bodies.withLock { $0.most })") }

    func ordered(host: Host) async throws {
      bodies.withLock { state in
        state.running += 1
        state.most = max(state.most, state.running)
      }
      _ = try await host.run("true", quiet: true)
      bodies.withLock { $0.running -= 1 }
    }

    func outer(host: Host) async throws {
      let outcomes = try await execute("once", hosts: [host.name])
      puts("once: \(try outcomes[host.name]?.value(as: String.self) ?? "nothing")")
      let others = try await execute("name", hosts: ["h2", "h3"])
      for outcome in others { puts("\(outcome.host): \(try outcome.value(as: String.self))") }
    }

    let painted = Mutex(0)

    func paint(host: Host, arguments: TaskArguments) async throws {
      let before = try env.string("colour")
      env["colour"] = .string("painted by \(host.name)")
      painted.withLock { $0 += 1 }
      let hosts = try arguments.int("count")
      while painted.withLock({ $0 < hosts }) { await Task.yield() }
      puts("\(before), then \(try env.string("colour"))")
    }

    func colour(host: Host) throws { puts("colour \(try env.string("colour"))") }

    func once(host: Host) -> String { "ran on \(host.name)" }

    struct Unlucky: Error { var number: Int }

    func throwing(host: Host) throws {
      if host.name == "h2" { throw Unlucky(number: 13) }
      puts("fine")
    }

    func picky(host: Host, arguments: TaskArguments) async throws {
      let bad = try arguments.string("bad")
      _ = try await host.run("if [ $(hostname) = \(bad) ]; then echo no such thing >&2; exit 3; fi")
      puts("good")
    }

    /// h1 is busy until h2 has failed, and the file tells the test so.
    func slowAndBad(host: Host, arguments: TaskArguments) async throws {
      let file = try arguments.string("file")
      if host.name == "h2" {
        await wait(for: file)
        try Swab.abort("h2 gives up")
      }
      if host.name == "h1" {
        _ = FileManager.default.createFile(atPath: file, contents: nil)
        await wait(for: file + ".go")
      }
      puts("ended")
    }

    func wait(for file: String) async {
      while !FileManager.default.fileExists(atPath: file) {
        guard (try? await Task.sleep(for: .milliseconds(10))) != nil else { return }
      }
    }

    /// Not even cancellation ends it.
    func stubborn(host: Host) async {
      puts("stubborn")
      await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
    }

    let unreserved = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "-._~"))

    func spill(host: Host) async throws {
      for key in ["db_password", "api_token"] {
        let secret = try env.string(key)
        let encoded = Data(secret.utf8).base64EncodedString()
        puts("plain \(secret)")
        puts("base64 \(encoded)")
        puts("beside \(Data("user:\(secret)".utf8).base64EncodedString())")
        puts("url \(secret.addingPercentEncoding(withAllowedCharacters: unreserved) ?? "")")
        warn("careful: \(secret)")
        let quoted = "'" + secret.replacingOccurrences(of: "'", with: #"'\''"#) + "'"
        _ = try await host.run("echo \(quoted); printf %s \(quoted) | base64 >&2")
        _ = try await local("echo \(quoted)")
      }
    }

    func giveUp(host: Host) async throws {
      _ = try await host.run("echo '\(try env.string("api_token"))' >&2; exit 1")
    }

    // MARK: Operations

    @FabfileBuilder func operationTasks() -> [FabfileEntry] {
      task("name", "Return the host's name", name)
      task("bytes", "Look at a command's two streams", bytes)
      task("codes", "Exit statuses that are all right", codes)
      task("fail", "Fail", arguments: ["text=exit 5"], fail)
      task("lines", "Print many lines", lines)
      task("ragged", "Print what a terminal should not see", ragged)
      task("nap", "Sleep a long time", nap)
      task("environment", "Print the environment of a local command", environment)
    }

    func name(host: Host) async throws -> String { try await host.run("hostname", quiet: true).stdout }

    func bytes(host: Host) async throws {
      let command = #"printf 'a\377\000b\r\n\n'; printf 'oh\n' >&2; exit 7"#
      let there = try await host.run(command, quiet: true, okCodes: [7])
      let here = try await local(command, quiet: true, okCodes: [7])
      for result: CommandResult in [there, here] {
        puts("\(result.stdoutBytes) \(result.stderr) \(result.exitStatus ?? -1) \(result.succeeded)")
        puts("took time: \(result.duration > .zero)")
      }
      let fed = try await host.run("cat; echo end", stdin: "fed\n")
      puts("\(fed.stdout.split(separator: "\n"))")
      let closed = try await host.run("cat; echo closed")
      puts(closed.stdout)
    }

    func codes(host: Host) async throws {
      puts("ok \(try await host.run("exit 3", okCodes: [0, 3]).succeeded)")
      puts("warned \(try await host.run("exit 4", warnOnly: true).failed)")
      let late = try await host.run("sleep 617", warnOnly: true, timeout: .milliseconds(100))
      puts("late \(late.failed)")
    }

    func fail(host: Host, arguments: TaskArguments) async throws {
      _ = try await host.run(try arguments.string("text"))
    }

    func lines(host: Host) async throws {
      let line = String(repeating: host.name, count: 20)
      _ = try await host.run("yes \(line) | head -n 3000", collecting: nil)
    }

    func ragged(host: Host) async throws {
      _ = try await host.run(
        #"printf 'red \033[31m bell \007 back \b title \033]0;owned\007\n'; "#
          + #"printf '10%%\r50%%\r100%%\n'; printf 'bad \377 utf\n'; printf 'no end'"#
      )
    }

    func nap(host: Host) async throws { _ = try await host.run("echo napping; sleep 617") }

    func environment(host: Host) async throws { _ = try await local("env") }

    // MARK: Docker

    @FabfileBuilder func dockerTasks() -> [FabfileEntry] {
      task("ports", "Print the tunnel's port", ports)
      task("same", "Ask for the client often", same)
      task("other_settings", "Ask for one client with two settings", otherSettings)
      task("url", "Print where the client connects", url)
      task("close", "Close the client, and use it again", close)
      task("refused", "Reach an engine that is not there, and then is", arguments: ["port", "socket"], refused)
      task("explicit", "Give settings explicitly", explicit)
      task("client", "Use a client of docker_clients", arguments: ["name"], client)
      task("client_here", "Use a client without a host") {
        let client = try dockerClients["client2"].client()
        puts("\(try await client.localURL ?? "") \(try await client.containers(all: true).count)")
      }
      task("life", "Live through a container's life", life)
      task("hold", "Hold a tunnel open", arguments: ["file"], hold)
      task("local_url", "Print a local client's URL") {
        let docker = try dockerFabric()
        puts("\(try await docker.localURL ?? "none") \(try await docker.images().count)")
      }
      task("at_once", "Send several requests at once", atOnce)
    }

    func ports(host: Host) async throws {
      let docker = try host.dockerFabric()
      _ = try await docker.ping()
      puts("at \(try await docker.localURL ?? "")")
    }

    func same(host: Host) async throws {
      let one = try dockerFabric()
      let all = try await withThrowingTaskGroup(of: Bool.self) { group in
        for _ in 0..<50 { group.addTask { try dockerFabric() === one && host.dockerFabric() === one } }
        return try await group.reduce(true) { $0 && $1 }
      }
      let other = try dockerFabric(baseURL: "unix:///run/docker.sock")
      puts("same \(all), other \(other !== one)")
      let urls = try await withThrowingTaskGroup(of: String.self) { group in
        for _ in 0..<20 { group.addTask { try await dockerFabric().localURL ?? "" } }
        return try await group.reduce(into: Set<String>()) { $0.insert($1) }
      }
      _ = try await other.ping()
      puts("tunnels \(urls.count + 1)")
    }

    func otherSettings(host: Host) async throws {
      _ = try dockerFabric()
      _ = try dockerFabric(timeout: .seconds(7))
    }

    func url(host: Host) async throws {
      let docker = try dockerFabric()
      puts("\(try await docker.containers(all: true).count) at \(try await docker.localURL ?? "")")
    }

    func close(host: Host) async throws {
      let docker = try dockerFabric()
      _ = try await docker.ping()
      let before = try await docker.localURL ?? ""
      let port = before.split(separator: ":").last ?? ""
      await docker.close()
      let listening = try await local("ss -Htln 'sport = :\(port)'", quiet: true).stdout
      puts("closed \(listening.isEmpty)")
      _ = try await docker.ping()
      puts("again \(try await docker.localURL == before)")
    }

    func refused(host: Host, arguments: TaskArguments) async throws {
      let (port, socket) = (try arguments.string("port"), try arguments.string("socket"))
      let docker = try dockerFabric(baseURL: "tcp://127.0.0.1:\(port)")
      do {
        _ = try await docker.ping()
        puts("nobody should have answered")
      } catch {
        puts("failed: \(error)")
      }
      let url = try await docker.localURL
      let start = "setsid socat TCP-LISTEN:\(port),bind=127.0.0.1,reuseaddr,fork "
        + "UNIX-CONNECT:\(socket) >/dev/null 2>&1 </dev/null & echo $!; "
        + "until ss -Htln 'sport = :\(port)' | grep -q .; do :; done"
      let process = try await host.run(start, quiet: true).stdout
      _ = try await docker.ping()
      puts("works \(try await docker.localURL == url)")
      _ = try await host.run("kill \(process)", quiet: true)
    }

    func explicit(host: Host) async throws {
      let port = try env.int("docker_tunnel_local_port") + 20
      let docker = try DockerFabricClient(
        baseURL: "unix:///var/run/docker.sock",
        timeout: .seconds(30),
        tls: false,
        tunnelLocalPort: port
      )
      _ = try await docker.ping()
      puts("explicit \(try await docker.localURL == "tcp://127.0.0.1:\(port)")")
      await docker.close()
      do {
        _ = try await dockerFabric().ping()
      } catch {
        puts("from env: \(error)")
      }
    }

    func client(host: Host, arguments: TaskArguments) async throws {
      let named = try dockerClients[try arguments.string("name")].client()
      let own = try dockerFabric()
      _ = try await own.ping()
      puts("same \(named === own) at \(try await own.localURL ?? "")")
    }

    func life(host: Host) async throws {
      let docker = try dockerFabric()
      let spec = ContainerSpec(image: "busybox:local", command: ["sleep", "617"])
      let made = try await docker.createContainer(spec, name: "acceptance")
      try await docker.start(made.id)
      try await docker.removeContainer(made.id, force: true)
    }

    func hold(host: Host, arguments: TaskArguments) async throws {
      let docker = try dockerFabric()
      let file = try arguments.string("file")
      _ = try await docker.ping()
      let url = try await docker.localURL ?? ""
      puts("holding \(url)")
      await wait(for: file)
      _ = try await docker.ping()
      puts("again \(try await docker.localURL == url)")
    }

    func atOnce(host: Host) async throws {
      let docker = try dockerFabric()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<4 { group.addTask { _ = try await docker.images() } }
        try await group.waitForAll()
      }
      puts("done")
    }
    """#
}
