internal import SwabSSH

/// One copy of an image to all hosts of a step, whose tasks each wait for their part of it.
final class ImageCopyStep: Sendable {
  /// What the argument `source` calls this machine, where no host is called so.
  private static let thisMachine = "local"

  private typealias Outcomes = [HostTarget.Key: Result<ImageDelivery, any Error>]

  private let step: ExecutionStep
  private let copying = SingleFlight<Outcomes>()

  init(_ step: ExecutionStep) {
    self.step = step
  }

  /// Waits for what a host gets.
  ///
  /// - Throws: Why it didn't get the image: what its engine failed with, or that of the source.
  func report(for call: BuiltInCall) async throws -> TaskReport {
    let run = call.scope.run
    let outcomes = try await copying.value { try await self.copy(in: run) }
    guard let target = call.scope.target, let outcome = outcomes[target.key] else {
      return TaskReport(["it is the source"], json: .null)
    }
    return Self.report(try outcome.get())
  }

  private static func report(_ delivery: ImageDelivery) -> TaskReport {
    var json = JSONObject()
    json["layers"] = .integer(delivery.layerCount)
    json["layers_left_out"] = .integer(delivery.layersLeftOut)
    json["bytes_sent"] = .integer(delivery.bytesSent)
    return TaskReport(["\(delivery)"], json: .object(json))
  }

  private func copy(in run: RunContext) async throws -> Outcomes {
    let sourceTarget = try source(in: run)
    var outcomes: Outcomes = [:]
    var targets: [(key: HostTarget.Key, docker: DockerFabricClient)] = []
    for target in step.targets where target.key != sourceTarget?.key {
      do {
        targets.append((target.key, try client(of: target, in: run)))
      } catch {
        outcomes[target.key] = .failure(error)
      }
    }
    guard !targets.isEmpty || !outcomes.isEmpty else { throw Self.nobody }
    let source = try client(of: sourceTarget, in: run)
    let image = try step.arguments.string("image")
    let results = try await source.copyImage(image, to: targets.map(\.docker), options())
    for (target, result) in zip(targets, results) { outcomes[target.key] = result }
    return outcomes
  }

  private func options() throws -> ImageCopyOptions {
    var options = ImageCopyOptions()
    options.patience = .seconds(try step.arguments.int("timeout"))
    return options
  }

  /// The host that has the image: the first one, unless another is named; nil for this machine.
  private func source(in run: RunContext) throws -> HostTarget? {
    let name = try step.arguments.string("source")
    if name == Self.thisMachine, run.inventory.hosts?[name] == nil { return nil }
    if !name.isEmpty { return try run.selector.target(named: name) }
    guard let first = step.targets.first else { throw Self.nobody }
    return first
  }

  private static let nobody = TaskError(
    .usage,
    "copy_image: there is no host to send the image to",
    hint: "select several, of which the first is the source, or name it: source=HOST, or "
      + "source=local for this machine's Docker Engine"
  )

  private func client(of target: HostTarget?, in run: RunContext) throws -> DockerFabricClient {
    try run.dockerClient(
      DockerClientSettings.Arguments(),
      on: target,
      environment: target?.environment ?? run.environment,
      origin: step.task.location
    )
  }
}
