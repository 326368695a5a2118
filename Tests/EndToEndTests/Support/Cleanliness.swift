import Foundation
import SwabTestSupport
import Testing

/// Records an issue unless nothing is left of the project: no process and no listening port here,
/// no command and no connection at the servers.
func expectClean(
  _ project: Project,
  _ servers: SSHServer...,
  sourceLocation: SourceLocation = #_sourceLocation
) async throws {
  var left: [String] = []
  do {
    try await eventually("nothing left of the run", within: .seconds(10)) {
      left = try await leftovers(of: project, servers)
      return left.isEmpty
    }
  } catch {
    Issue.record("left behind: \(left)", sourceLocation: sourceLocation)
  }
}

private func leftovers(of project: Project, _ servers: [SSHServer]) async throws -> [String] {
  let local = project.processes.map { "here: \(ProcessTable.commandLine(of: $0))" }
  let ports = try await listeningPorts().filter {
    (project.tunnelPort..<project.tunnelPort + 100).contains($0)
  }
  let remote = servers.flatMap { server in
    server.commands.map { "at \(server.hostString): \(ProcessTable.commandLine(of: $0))" }
      + ProcessTable.descendants(of: server.process.processID).filter(ProcessTable.isRunning).map {
        "sshd of \(server.hostString): \(ProcessTable.commandLine(of: $0))"
      }
  }
  return local + ports.map { "port \($0)" } + remote
}

/// The TCP ports that somebody listens at on this machine.
func listeningPorts() async throws -> Set<Int> {
  let listed = try await RunningProcess.run("ss", ["-H", "-l", "-t", "-n"])
  return Set(
    listed.standardOutput.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ")
      return fields.count > 3 ? fields[3].split(separator: ":").last.flatMap { Int($0) } : nil
    }
  )
}
