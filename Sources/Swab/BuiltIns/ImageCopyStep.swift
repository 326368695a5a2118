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
  /// - Throws: Why it didn't get the image: what its engine failed with, or that the source did.
  func report(for call: BuiltInCall) async throws -> TaskReport {
    let scope = call.scope
    do {
      let outcomes = try await copying.value { try await self.copy(in: scope) }
      guard let target = scope.target, let outcome = outcomes[target.key] else {
        return TaskReport(["it is the source"], json: .null)
      }
      return Self.report(try outcome.get())
    } catch let failure as SourceFailure {
      throw failure.seen(from: scope.target)
    }
  }

  private static func report(_ delivery: ImageDelivery) -> TaskReport {
    var json = JSONObject()
    json["layers"] = .integer(delivery.layerCount)
    json["layers_left_out"] = .integer(delivery.layersLeftOut)
    json["bytes_sent"] = .integer(delivery.bytesSent)
    return TaskReport(["\(delivery)"], json: .object(json))
  }

  private func copy(in scope: TaskScope) async throws -> Outcomes {
    let run = scope.run
    let sourceTarget = try source(in: scope)
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
    let (image, options) = (try step.arguments.string("image"), try options())
    do {
      let source = try client(of: sourceTarget, in: run)
      let results = try await source.copyImage(image, to: targets.map(\.docker), options)
      for (target, result) in zip(targets, results) { outcomes[target.key] = result }
      return outcomes
    } catch let error where !(error is CancellationError) {
      throw SourceFailure(source: sourceTarget, error: error)
    }
  }

  private func options() throws -> ImageCopyOptions {
    var options = ImageCopyOptions()
    options.patience = .seconds(try step.arguments.int("timeout"))
    return options
  }

  /// The host that has the image: the first one selected, unless another is named; nil for this
  /// machine.
  ///
  /// - Throws: ``TaskError`` if a task of the command line has failed there: what the host has now may
  ///   be the image from before that, and what another host has, even more so.
  private func source(in scope: TaskScope) throws -> HostTarget? {
    let run = scope.run
    let name = try step.arguments.string("source")
    if name == Self.thisMachine, run.inventory.hosts?[name] == nil { return nil }
    let named = try name.isEmpty ? nil : run.selector.target(named: name)
    guard let source = named ?? step.first else { throw Self.nobody }
    // Within a task, `execute` runs on what it is told to.
    guard scope.caller == nil, run.ledger.hasFailed(source) else { return source }
    throw TaskError(
      .aborted,
      "the source '\(source.name)' failed before, and no other host takes its place",
      hint: named == nil ? "it is the first host selected; source=HOST names another one" : nil
    )
  }

  private static let nobody = TaskError(
    .usage,
    "copy_image: there is no host to send the image to",
    hint: "select several, of which the first is the source, or name it: source=HOST, or "
      + "source=local for this machine's Docker Engine"
  )

  private func client(of target: HostTarget?, in run: RunContext) throws -> DockerFabricClient {
    let docker = try run.dockerClient(
      DockerClientSettings.Arguments(),
      on: target,
      environment: target?.environment ?? run.environment,
      origin: step.task.location
    )
    if target == nil { try OtherEngine(docker.settings, run.environment)?.say(on: run.console) }
    return docker
  }
}

/// What the source of a copy has failed with.
private struct SourceFailure: Error {
  /// The source; nil for this machine.
  var source: HostTarget?
  var error: any Error

  /// The error for a host: its own, if it is the source; to the others, the source has failed, and
  /// they are as they were.
  func seen(from target: HostTarget?) -> any Error {
    guard let source else {
      return TaskError("the source, this machine's Docker Engine, failed", because: error, on: "")
    }
    if source.key == target?.key { return error }
    return TaskError("the source '\(source.name)' failed", because: error, on: source.name)
  }
}
