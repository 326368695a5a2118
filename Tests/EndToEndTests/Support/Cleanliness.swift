import Foundation
import SwabTestSupport
import Testing

/// Records an issue unless nothing is left of the project: no process and no listening port here,
/// no command and no connection at the servers, or without servers, at the test bed's hosts.
func expectClean(
  _ project: Project,
  _ servers: SSHServer...,
  sourceLocation: SourceLocation = #_sourceLocation
) async throws {
  var left: [String] = []
  do {
    try await eventually("nothing left of the run") {
      left = try await leftovers(of: project, servers)
      return left.isEmpty
    }
  } catch {
    Issue.record("left behind: \(left)", sourceLocation: sourceLocation)
  }
}

private func leftovers(of project: Project, _ servers: [SSHServer]) async throws -> [String] {
  let remote =
    servers.isEmpty ? try await commandsWithoutConnection() : servers.flatMap(leftovers(at:))
  let local = project.processes.map { "here: \(ProcessTable.commandLine(of: $0))" }
  let ports = try await listeningPorts().filter {
    (project.tunnelPort..<project.tunnelPort + 100).contains($0)
  }
  return local + ports.map { "port \($0)" } + remote
}

private func leftovers(at server: SSHServer) -> [String] {
  server.commands.map { "at \(server.hostString): \(ProcessTable.commandLine(of: $0))" }
    + ProcessTable.descendants(of: server.process.processID).filter(ProcessTable.isRunning).map {
      "sshd of \(server.hostString): \(ProcessTable.commandLine(of: $0))"
    }
}

/// What runs on the test bed's hosts though the SSH connection that started it is gone; what other
/// tests run there just now still has its own.
private func commandsWithoutConnection() async throws -> [String] {
  guard let bed = try? TestBed.current() else { return [] }
  let commands = bed.hosts.flatMap { host in
    ProcessTable.descendants(of: host.process).compactMap { process in
      // "CLIENT PORT SERVER PORT", seen from the host.
      ProcessTable.variable("SSH_CONNECTION", of: process).map { connection in
        (host.name, process, connection.split(separator: " ").prefix(2).joined(separator: ":"))
      }
    }
  }
  let listed = try await RunningProcess.run("ss", ["-H", "-t", "-n", "state", "established"])
  let open = Set(
    listed.standardOutput.split(separator: "\n").compactMap { line in
      line.split(separator: " ").dropFirst(2).first.map(String.init)
    }
  )
  return commands.filter { !open.contains($0.2) && ProcessTable.isRunning($0.1) }.map {
    "on \($0.0): \(ProcessTable.commandLine(of: $0.1))"
  }
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
