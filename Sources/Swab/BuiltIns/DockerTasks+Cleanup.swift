extension DockerTasks {
  /// What removes things that nobody needs, or everything.
  static let cleanup = [
    defineRemoval(
      "cleanup_containers",
      "Remove containers that have ended",
      ["include_initial=no", "exclude=", "raise_on_error=no", "list_only=no"],
      cleanupContainers
    ),
    defineRemoval(
      "cleanup_images",
      "Remove images that no container uses and that have no name",
      ["remove_old=no", "keep_tags=", "force=no", "raise_on_error=no", "list_only=no"],
      cleanupImages
    ),
    defineRemoval(
      "remove_all_containers",
      "Stop and remove all containers",
      ["stop_timeout=10", "raise_on_error=no", "list_only=no"],
      removeAllContainers
    ),
  ]

  private static func defineRemoval(
    _ name: String,
    _ help: String,
    _ arguments: [String],
    _ body: @escaping @Sendable (BuiltInCall) async throws -> TaskReport
  ) -> TaskDefinition {
    var task = define(name, help, arguments, body)
    task.isDestructive = true
    return task
  }

  @Sendable private static func cleanupContainers(_ call: BuiltInCall) async throws -> TaskReport {
    let arguments = call.arguments
    let listOnly = try arguments.bool("list_only")
    let containers = try await call.docker.cleanupContainers(
      includesInitial: arguments.bool("include_initial"),
      exclude: Set(items(in: arguments.string("exclude"))),
      raisesOnError: arguments.bool("raise_on_error"),
      listOnly: listOnly,
      unmatched: { tellUnmatched($0, call) }
    )
    return report(containers, listOnly ? "Containers to remove:" : "Removed containers:")
  }

  /// Says which terms of `exclude` are no container's.
  ///
  /// That is no error: a container that is to stay may not be there today, and of several hosts
  /// mostly one has it. On a single host it may well be misspelt, hence a warning; on several, one
  /// from each host but one would only hide those that matter.
  private static func tellUnmatched(_ terms: [String], _ call: BuiltInCall) {
    let (console, host) = (call.scope.console, call.scope.hostName)
    for term in terms {
      let text = "exclude: there is no container '\(term)'"
      if call.isAlone {
        console.warn(host: host, text)
      } else {
        console.say(.running, host: host, label: "docker", text)
      }
    }
  }

  @Sendable private static func cleanupImages(_ call: BuiltInCall) async throws -> TaskReport {
    let arguments = call.arguments
    let listOnly = try arguments.bool("list_only")
    let configured = try call.scope.environment.strings("docker_keep_tags") ?? []
    let ids = try await call.docker.cleanupImages(
      removesOld: arguments.bool("remove_old"),
      keepTags: Set(configured + items(in: arguments.string("keep_tags"))),
      force: arguments.bool("force"),
      raisesOnError: arguments.bool("raise_on_error"),
      listOnly: listOnly
    )
    let heading = listOnly ? "Images to remove:" : "Removed images:"
    return TaskReport([heading] + ids, json: .array(ids.map { .string($0) }))
  }

  @Sendable private static func removeAllContainers(_ call: BuiltInCall) async throws -> TaskReport
  {
    let arguments = call.arguments
    let listOnly = try arguments.bool("list_only")
    let result = try await call.docker.removeAllContainers(
      stopTimeout: .seconds(arguments.int("stop_timeout")),
      raisesOnError: arguments.bool("raise_on_error"),
      listOnly: listOnly
    )
    return report(result.removed, listOnly ? "Containers to remove:" : "Removed containers:")
  }

  private static func report(_ containers: [ContainerIdentity], _ heading: String) -> TaskReport {
    let json = containers.map { container in
      var object = JSONObject()
      object["Id"] = .string(container.id)
      object["Name"] = .string(container.name)
      return JSONValue.object(object)
    }
    let lines = containers.map { "\($0.id)  \($0.name)" }
    return TaskReport([heading] + lines, json: .array(json))
  }

  /// The items of an argument that is a list: commas separate arguments, so semicolons separate these.
  static func items(in text: String) -> [String] {
    text.split(separator: ";").map { $0.trimmed { $0.isWhitespace } }.filter { !$0.isEmpty }
  }
}
