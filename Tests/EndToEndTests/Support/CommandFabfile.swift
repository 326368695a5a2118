extension Project {
  /// A fabfile whose tasks don't know whether the API or the docker command does their requests.
  static let commandTasks = #"""
    import Swab

    let fabfile = Fabfile {
      task("counts", "Count images and containers", counts)
      task("life", "Make, run and remove a container", life)
      task("images", "Send an image out and back", images)
      task("both", "Ask for both clients", both)
      task("named", "Use a client of docker_clients", named)
      task("sizes", "Ask for what the docker command can't do", sizes)
      task("follow", "Follow a log", arguments: ["name"], follow)
    }

    func counts(host: Host) async throws {
      let docker = try dockerFabric()
      let (images, containers) = (try await docker.images(), try await docker.containers(all: true))
      let place = try await docker.localURL ?? "no tunnel"
      puts("images=\(images.count) containers=\(containers.count) \(place)")
    }

    func life(host: Host) async throws {
      let docker = try dockerFabric()
      var spec = ContainerSpec(image: "busybox:local", command: ["sh", "-c", "echo $SECRET; sleep 617"])
      spec.environment = ["SECRET": "it's $a"]
      let name = "cli-\(host.name)"
      let made = try await docker.createContainer(spec, name: name)
      try await docker.start(made.id)
      for try await line in try await docker.logs(name, follow: true).lines {
        puts("log \(line.text)")
        break
      }
      let input = DockerUpload([UInt8](repeating: 65, count: 1_000_000))
      let counted = try await docker.exec(name, ["wc", "-c"], input: input)
      puts("counted \(counted.output.filter(\.isNumber))")
      puts("stopped \(try await docker.stop(name, timeout: .seconds(0)))")
      puts("status \(try await docker.wait(name).exitCode)")
      try await docker.removeContainer(name)
      do {
        _ = try await docker.inspectContainer(name)
      } catch let error as DockerError where error.isNotFound {
        puts("gone")
      }
    }

    func images(host: Host) async throws {
      let docker = try dockerFabric()
      let archive = try await docker.save(images: ["busybox:local"]).collect(upTo: 64 << 20)
      let loaded = try await docker.load(DockerUpload(archive))
      puts("\(archive.count > 1_000_000) \(loaded.names)")
    }

    func both(host: Host) async throws {
      let command = try dockerFabric(clientImplementation: .cli)
      let api = try dockerFabric(clientImplementation: .api)
      let ids = [try await command.info().id, try await api.info().id]
      let urls = [try await command.localURL, try await api.localURL]
      puts("same engine \(ids[0] == ids[1]), urls \(urls.map { $0 == nil })")
    }

    func named() async throws {
      let docker = try dockerClients["keeper"].client()
      puts("named \(try await docker.info().name)")
    }

    func sizes(host: Host) async throws {
      _ = try await dockerFabric().images(sharedSize: true)
    }

    func follow(host: Host, arguments: TaskArguments) async throws {
      let name = try arguments.string("name")
      for try await line in try await dockerFabric().logs(name, follow: true).lines { puts(line.text) }
    }

    """#
}
