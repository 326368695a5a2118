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
    define(
      "copy_image",
      "Send an image from one host to the other ones, without a registry",
      ["image", "source=", "timeout=120"],
      copy
    ),
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

  // MARK: From host to host

  /// Every host asks for its own part of one copy that serves them all.
  @Sendable private static func copy(_ call: BuiltInCall) async throws -> TaskReport {
    let copy = try ImageCopyToHosts(call)
    let own = call.scope.target?.key
    if own == copy.source?.key { return TaskReport(["it is the source"], json: .null) }
    guard let delivery = try await copy.deliveries()[own] else {
      throw TaskError(.usage, "copy_image: this host was not among the first one's")
    }
    let sent = try delivery.get()
    var json = JSONObject()
    json["bytes_sent"] = .integer(sent.bytesSent)
    json["layers"] = .integer(sent.layerCount)
    json["layers_left_out"] = .integer(sent.layersLeftOut)
    return TaskReport(["\(sent)"], json: .object(json))
  }
}

/// One copy of an image to all hosts of a step.
private struct ImageCopyToHosts {
  typealias Deliveries = [HostTarget.Key?: Result<ImageDelivery, any Error>]

  /// The word for this machine's engine, where no host is called so.
  private static let local = "local"

  private let call: BuiltInCall
  private let image: String
  private let patience: Duration
  /// The host that has the image; nil for this machine.
  let source: HostTarget?

  init(_ call: BuiltInCall) throws {
    self.call = call
    image = try call.arguments.string("image")
    patience = .seconds(try call.arguments.int("timeout"))
    let name = try call.arguments.string("source")
    let selector = call.scope.run.selector
    if name.isEmpty {
      source = call.targets.first
    } else if name == Self.local, (try? selector.target(named: name)) == nil {
      source = nil
    } else {
      source = try selector.target(named: name)
    }
    guard !targets.isEmpty else {
      throw TaskError(
        .usage,
        "copy_image: there is no host to send the image to",
        hint: "select several, of which the first is the source, or name it: source=HOST, or "
          + "source=local for this machine's Docker Engine"
      )
    }
  }

  private var targets: [HostTarget] { call.targets.filter { $0.key != source?.key } }

  /// What each host was sent, or why it failed; the first who asks has it sent to all.
  func deliveries() async throws -> Deliveries {
    let key = ["copy_image", image, source?.name ?? ""].joined(separator: "\u{0}")
    let start = ContinuousClock.now
    let once = try await call.scope.run.runOnce(key) {
      let value: Result<Deliveries, any Error>
      do { value = .success(try await send()) } catch { value = .failure(error) }
      return TaskOutcome(
        host: "",
        state: .ok,
        value: value,
        error: nil,
        duration: ContinuousClock.now - start,
        task: "docker.copy_image"
      )
    }
    let value = once.outcome.value as? Result<Deliveries, any Error>
    return try value?.get() ?? [:]
  }

  private func send() async throws -> Deliveries {
    let clients = try targets.map(client)
    var options = ImageCopyOptions()
    options.patience = patience
    let results = try await client(source).copyImage(image, to: clients, options)
    return Dictionary(zip(targets.map(\.key), results)) { first, _ in first }
  }

  private func client(_ target: HostTarget?) throws -> DockerFabricClient {
    let run = call.scope.run
    return try run.dockerClient(
      DockerClientSettings.Arguments(),
      on: target,
      environment: target?.environment ?? run.environment,
      origin: SourceLocation(file: "docker.copy_image", line: 0)
    )
  }
}
