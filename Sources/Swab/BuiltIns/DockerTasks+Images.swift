extension DockerTasks {
  /// What brings images from one place to another.
  static let images = [
    saving,
    define(
      "load_image",
      "Load images from an archive on this machine",
      ["filename", "timeout=120"],
      load
    ),
    defineShared(
      "copy_image",
      "Send an image from one host to the other ones, without a registry",
      ["image", "source=", "timeout=120"]
    ) { step in
      let copy = ImageCopyStep(step)
      return { call in try await copy.report(for: call) }
    },
  ]

  /// Once in a run: a second host's image would take the place of the first one's.
  private static let saving = define(
    "save_image",
    "Save an image of one host to an archive on this machine",
    ["image", "filename="]
  ) { call in
    let image = try call.arguments.string("image")
    let given = try call.arguments.string("filename")
    // A slash would lead into a folder that isn't there.
    let name = String(image.map { $0 == "/" ? "_" : $0 }) + ".tar.gz"
    let path = given.isEmpty ? name : LocalPath.expanded(given)
    let docker = try call.docker
    try await docker.saveImage(image, to: path)
    return TaskReport([path], json: .string(path))
  }
  .runsOnce()

  @Sendable private static func load(_ call: BuiltInCall) async throws -> TaskReport {
    let path = LocalPath.expanded(try call.arguments.string("filename"))
    let watch = ProgressWatch(
      limit: .seconds(try call.arguments.int("timeout")),
      what: "load_image"
    )
    let docker = WatchedClient(try call.docker, path, watch)
    let images = try await watch.run {
      try await docker.load(DockerUpload.file(path).observed { watch.note() })
    }
    let loaded = images.names + images.ids
    return TaskReport(
      loaded.map { "loaded \($0)" },
      json: .array(loaded.map { .string($0) })
    )
  }
}

/// A client whose engine is watched while it loads the images of a file.
private final class WatchedClient: DockerAPI {
  private let docker: DockerFabricClient
  private let path: String
  private let watch: ProgressWatch

  init(_ docker: DockerFabricClient, _ path: String, _ watch: ProgressWatch) {
    self.docker = docker
    self.path = path
    self.watch = watch
  }

  func engine() async throws -> DockerClient { try await docker.engine() }

  func report(_ message: String) { docker.report("\(message) from \(path)") }

  func report(_ progress: ProgressMessage) {
    watch.note()
    docker.report(progress)
  }
}
