import Swab

let fabfile = Fabfile {
  task("deploy", "Replace the app's container", arguments: ["tag=local", "name=app"], deploy)
    .roles("web", "db").parallel(poolSize: 10)
  task("remove", "Remove the app's container", arguments: ["name=app"], remove)
    .roles("web", "db").parallel(poolSize: 10)
}

/// Puts a container of the new tag in the place of the old one.
func deploy(host: Host, arguments: TaskArguments) async throws {
  let docker = try host.dockerFabric()
  let name = try arguments.string("name")
  let image = try "busybox:\(arguments.string("tag"))"
  // Asked first, so that a host without the image keeps the container it has.
  _ = try await docker.inspectImage(image)
  try await removeApp(name, docker)

  let command = try env.string("app_command")
  let spec = ContainerSpec(image: image, command: ["sh", "-c", command])
  let created = try await docker.createContainer(spec, name: name)
  try await docker.start(created.id)
  let state = try await docker.inspectContainer(created.id).state.status
  puts("\(name) is \(state) with \(image)")
}

func remove(host: Host, arguments: TaskArguments) async throws {
  try await removeApp(arguments.string("name"), host.dockerFabric())
}

func removeApp(_ name: String, _ docker: DockerFabricClient) async throws {
  let old = try await docker.containers(all: true, filters: ["name": "^/\(name)$"])
  for container in old {
    try await docker.removeContainer(container.id, force: true)
  }
}
