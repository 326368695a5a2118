extension Project {
  /// A fabfile with a task for each way to come by a Docker client.
  static let clientTasks = #"""
    import Swab

    let fabfile = Fabfile {
      task("named", "Use a client of docker_clients", arguments: ["name"], named)
      task("bare", "Use the host's client", bare)
      task("at", "Use the host's client of a base URL", arguments: ["url"], at)
      task("method", "Ask for one client with two methods", method)
      task("versions", "Ask for an API version that is none", versions)
      task("both", "Ask with all parameters, in both ways", both)
      task("leave", "Close a client while its host's connection goes on", arguments: ["file"], leave)
      task("twice", "Run two commands", arguments: ["file"], twice)
      task("drop", "Cut the connection under a second name", drop)
      task("cut", "Lose connections, each for a reason of its own", arguments: ["file"], cut)
      task("lose", "Lose the connection in the middle of requests", arguments: ["container"], lose)
    }

    func named(host: Host, arguments: TaskArguments) async throws {
      let name = try arguments.string("name")
      let configuration = try dockerClients[name]
      let client = try configuration.client()
      _ = try await client.ping()
      let seconds = configuration.timeout.map { "\($0.components.seconds)" } ?? "none"
      puts("\(name) at \(try await client.localURL ?? ""), timeout \(seconds)")
    }

    func bare(host: Host) async throws {
      _ = try await dockerFabric().ping()
      puts("bare")
    }

    func at(host: Host, arguments: TaskArguments) async throws {
      _ = try await host.dockerFabric(baseURL: arguments.string("url")).ping()
      puts("there")
    }

    func method(host: Host) async throws {
      _ = try dockerFabric()
      env["docker_tunnel_method"] = "socat"
      _ = try dockerFabric()
    }

    func versions(host: Host) async throws {
      for _ in 1...3 {
        do {
          _ = try await DockerFabricClient(version: "abc").ping()
        } catch {
          puts("error: \(error)")
        }
      }
      let first = try env.int("docker_tunnel_local_port")
      let listed = try await local("ss -Htln 'sport >= :\(first) and sport < :\(first + 100)'")
      puts("listeners: \(listed.stdout.split(separator: "\n").count)")
      _ = try await dockerFabric(version: "1.x").ping()
    }

    func both(host: Host) async throws {
      let port = try env.int("docker_tunnel_local_port") + 20
      let one = try host.dockerFabric(
        baseURL: "tcp://127.0.0.1",
        version: "1.41",
        timeout: .seconds(7),
        tls: false,
        tunnelRemotePort: 2375,
        tunnelLocalPort: port
      )
      let other = try dockerFabric(
        baseURL: "tcp://127.0.0.1",
        version: "1.41",
        timeout: .seconds(7),
        tls: false,
        tunnelRemotePort: 2375,
        tunnelLocalPort: port
      )
      puts("same \(one === other)")
    }

    func twice(host: Host, arguments: TaskArguments) async throws {
      puts(try await host.run("echo one", quiet: true).stdout)
      let file = try arguments.string("file")
      _ = try await local("until [ -e \(file) ]; do sleep 0.05; done", quiet: true)
      puts(try await host.run("echo two", quiet: true).stdout)
    }

    func drop(host: Host) async throws {
      _ = try await host.run(host.name == "h1" ? "true" : "kill -9 $PPID")
    }

    func leave(host: Host, arguments: TaskArguments) async throws {
      let docker = try dockerFabric()
      _ = try await docker.ping()
      puts("open")
      let file = try arguments.string("file")
      _ = try await local("until [ -e \(file).close ]; do sleep 0.05; done", quiet: true)
      await docker.close()
      puts("closed")
      _ = try await local("until [ -e \(file).end ]; do sleep 0.05; done", quiet: true)
      puts(try await host.run("echo still here", quiet: true).stdout)
    }

    /// Each of these requests lasts until the connection is lost, and then there is another one.
    func lose(host: Host, arguments: TaskArguments) async throws {
      let docker = try dockerFabric()
      let container = try arguments.string("container")
      do {
        let wait = try await docker.beginWait(container)
        puts("waiting")
        _ = try await wait.result()
      } catch {
        puts("waited: \(error)")
      }
      do {
        for try await line in try await docker.logs(container, follow: true).lines {
          puts("logged \(line.text)")
        }
      } catch {
        puts("followed: \(error)")
      }
      puts("again at \(try await docker.containers().count)")
    }

    /// The file tells who answers: nobody, or one who hangs up.
    func cut(host: Host, arguments: TaskArguments) async throws {
      let docker = try dockerFabric()
      for who in ["nobody", "stranger"] {
        puts("now \(who)")
        let file = "\(try arguments.string("file")).\(who)"
        _ = try await local("until [ -e \(file) ]; do sleep 0.05; done", quiet: true)
        do {
          _ = try await docker.ping()
        } catch {
          puts("\(who): \(error)")
        }
      }
    }

    """#
}
