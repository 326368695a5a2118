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
    docker.report("saving image \(image) to \(path)")
    let archive = DockerUpload(try await docker.save(images: [image]))
    let isPacked = path.hasSuffix(".gz") || path.hasSuffix(".tgz")
    try await LocalFile.write(isPacked ? archive.packed(by: .gzip) : archive, to: path)
    return TaskReport([path], json: .string(path))
  }
  .runsOnce()

  @Sendable private static func load(_ call: BuiltInCall) async throws -> TaskReport {
    let path = LocalPath.expanded(try call.arguments.string("filename"))
    let watch = ProgressWatch(
      limit: .seconds(try call.arguments.int("timeout")),
      what: "load_image"
    )
    let docker = try call.docker
    docker.report("loading images from \(path)")
    let loaded = try await watch.run {
      let archive = DockerUpload.file(path).observed { watch.note() }
      var names: [String] = []
      for try await message in try await docker.beginLoad(archive) {
        watch.note()
        docker.report(message)
        if let text = message.stream, text.hasPrefix("Loaded image") {
          names.append(text.split(separator: " ").last?.trimmed { $0.isWhitespace } ?? "")
        }
      }
      return names
    }
    return TaskReport(
      loaded.map { "loaded \($0)" },
      json: .array(loaded.map { .string($0) })
    )
  }
}
