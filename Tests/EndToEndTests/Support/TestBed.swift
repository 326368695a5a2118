import Foundation
import SwabTestSupport

/// The hosts that `Scripts/testbed up 3` brought up.
struct TestBed {
  /// A host, by its number from 1.
  struct Host {
    /// `h1`.
    let name: String
    let address: String
    /// Its engine, as seen from this machine: `unix://…`.
    let engine: String
    /// Its first process, as seen from this machine.
    let process: Int32
  }

  let folder: String
  let hosts: [Host]

  var sshConfig: String { "\(folder)/ssh_config" }
  var key: String { "\(folder)/id_ed25519" }
  var knownHosts: String { "\(folder)/known_hosts" }
  /// An address of the hosts' net that nobody has.
  var unusedAddress: String {
    hosts[0].address.split(separator: ".").dropLast().joined(separator: ".") + ".250"
  }

  /// Reads the test bed's description: from `SWAB_TESTBED`, else `.build/testbed`.
  static func current() throws -> TestBed {
    let folder =
      ProcessInfo.processInfo.environment["SWAB_TESTBED"] ?? "\(Checkout.root)/.build/testbed"
    guard let text = try? String(contentsOfFile: "\(folder)/env", encoding: .utf8) else {
      throw TestSupportError("no test bed is up: run make test, or Scripts/testbed up 3")
    }
    var values: [String: String] = [:]
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
      values[parts[0]] = parts.last?.replacingOccurrences(of: "\\", with: "")
    }
    var hosts: [Host] = []
    while let address = values["SWAB_TESTBED_H\(hosts.count + 1)_ADDRESS"],
      let engine = values["SWAB_TESTBED_H\(hosts.count + 1)_DOCKER"],
      let process = values["SWAB_TESTBED_H\(hosts.count + 1)_PROCESS"].flatMap(Int32.init)
    {
      let name = "h\(hosts.count + 1)"
      hosts.append(Host(name: name, address: address, engine: engine, process: process))
    }
    guard hosts.count >= 3 else {
      throw TestSupportError("the test bed has \(hosts.count) hosts, and 3 are needed")
    }
    return TestBed(folder: folder, hosts: hosts)
  }
}

extension TestBed.Host {
  /// The path of its engine's socket on this machine.
  var socketPath: String { String(engine.dropFirst("unix://".count)) }

  /// What the docker command prints when it asks this host's engine.
  func docker(_ arguments: String...) async throws -> [String] { try await docker(arguments) }

  /// `images=2 containers=3`, counted by the docker command.
  func counted() async throws -> String {
    let images = Set(try await docker("image", "ls", "--quiet"))
    let containers = try await docker("container", "ls", "--all", "--quiet")
    return "images=\(images.count) containers=\(containers.count)"
  }
}

extension DockerEngine {
  /// What the docker command prints when it asks this engine.
  @discardableResult
  func docker(_ arguments: String...) async throws -> [String] {
    let run = try await RunningProcess.run("docker", ["-H", "unix://\(socketPath)"] + arguments)
    guard run.exitStatus == 0 else {
      throw TestSupportError("docker \(arguments): \(run.standardError)")
    }
    return run.standardOutput.split(separator: "\n").map(String.init)
  }
}
