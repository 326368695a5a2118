import Swab

let fabfile = Fabfile {
  task("sample_task", "List images and containers of each host") {
    let images = try await dockerFabric().images()
    let containers = try await dockerFabric().containers(all: true)
    puts("images=\(images.count) containers=\(containers.count)")
  }
  task("uptime", "Load of each host", uptime)
  task("deploy", "Show what would be rolled out", arguments: ["tag", "force=no"], deploy)
    .roles("web").parallel(poolSize: 10)
}

func uptime(host: Host) async throws -> String {
  try await host.run("uptime").stdout
}

func deploy(host: Host, arguments: TaskArguments) async throws {
  let version = try await host.dockerFabric().version()
  puts("\(try arguments.string("tag")) on Docker Engine \(version.version)")
}
