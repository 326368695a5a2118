import Swab

let fabfile = Fabfile {
  task("sample_task", "List images and containers of each host", sampleTask)
}

func sampleTask() async throws {
  for image in try await dockerFabric().images() {
    puts("image \(image.repoTags.first ?? image.id)")
  }
  for container in try await dockerFabric().containers(all: true) {
    puts("container \(container.names.first ?? container.id): \(container.status)")
  }
}
