import Foundation
import SwabTestSupport
import Testing

/// Lends a project at the test bed, and on some of its hosts a running container of one name.
///
/// The project's tasks are no Swift, unless some are given: what is done with containers is to work
/// without them.
func withContainers(
  on names: [String] = ["h1"],
  running command: [String] = ["sleep", "617"],
  env: [String] = [],
  tasks: String = "no Swift\n",
  _ body: (Project, TestBed, _ container: String) async throws -> Void
) async throws {
  let bed = try TestBed.current()
  let hosts = bed.hosts.filter { names.contains($0.name) }
  try await Project.with(fabfile: fabfile(for: bed, env), tasks: tasks) { project in
    let container = "c-\(project.mark)"
    for host in hosts {
      _ = try await host.docker(
        ["run", "-d", "--init", "--network", "none", "--name", container, "busybox:local"] + command
      )
    }
    do {
      try await body(project, bed, container)
      try await expectClean(project)
    } catch {
      for host in hosts { _ = try? await host.docker("rm", "-f", container) }
      throw error
    }
    for host in hosts { _ = try await host.docker("rm", "-f", container) }
  }
}

extension TestBed.Host {
  /// What the docker command prints when it asks this host's engine.
  func docker(_ arguments: [String]) async throws -> [String] {
    let asked = try await RunningProcess.run("docker", ["--host", engine] + arguments)
    guard asked.exitStatus == 0 else { throw TestSupportError(asked.standardError) }
    return asked.standardOutput.split(separator: "\n").map(String.init)
  }

  /// Whether a command runs in a container.
  func runs(_ command: String, in container: String) async throws -> Bool {
    try await docker("top", container, "-eo", "pid,args").contains { $0.contains(command) }
  }
}
