import Swab

// What the bench runs on hosts; `Benchmarks/run` says where.
let fabfile = Fabfile {
  task("survey", "Ask the engine for all it has", survey)
  task("requests", "Ask the engine for a container's details", requests)
  task("load", "Load an image from a file", arguments: ["path"], load)
}

func survey() async throws {
  let docker = try dockerFabric()
  let images = try await docker.images()
  let containers = try await docker.containers(all: true)
  let info = try await docker.info()
  for container in containers { _ = try await docker.inspectContainer(container.id) }
  puts("images=\(images.count) containers=\(containers.count) engine=\(info.name)")
}

func requests() async throws {
  // As many as the bench counts with.
  let count = 2000
  let docker = try dockerFabric()
  _ = try await docker.inspectContainer("tools")
  let start = ContinuousClock.now
  for _ in 0..<count { _ = try await docker.inspectContainer("tools") }
  let seconds = (ContinuousClock.now - start) / .seconds(1)
  puts("rate=\(Double(count) / seconds)")
}

func load(host: Host, arguments: TaskArguments) async throws {
  try await host.dockerFabric().load(.file(arguments.string("path")))
}
