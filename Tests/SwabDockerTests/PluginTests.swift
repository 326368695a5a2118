import Foundation
import SwabTestSupport
import Testing

@testable import SwabDocker

// One after the other: the engine fails when two of the same files are made at a time.
@Suite("Plugins", .serialized)
struct PluginTests {
  /// A plugin that listens and says nothing, with the host's programs.
  private static let config = """
    {"Description":"For tests","Documentation":"","Entrypoint":["/bin/sh","-c",
      "exec socat UNIX-LISTEN:/run/docker/plugins/test.sock,fork PIPE"],"WorkDir":"/",
     "Interface":{"Types":["swab.test/1.0"],"Socket":"test.sock"},
     "Network":{"Type":"host"},"Linux":{"Capabilities":[],"AllowAllDevices":false,"Devices":null},
     "Env":[{"Name":"LEVEL","Description":"","Value":"1","Settable":["value"]}],
     "Mounts":[\(mounts)],"Args":{"Name":"","Description":"","Settable":null,"Value":null}}
    """

  private static let mounts = ["/usr", "/bin", "/lib", "/lib64", "/etc"].map { path in
    """
    {"Name":"m\(path.dropFirst())","Description":"","Source":"\(path)","Destination":"\(path)",
     "Type":"none","Options":["rbind","ro"],"Settable":null}
    """
  }.joined(separator: ",")

  private func create(_ name: String, _ config: String, of docker: DockerClient) async throws {
    try await withTemporaryFolder { folder in
      try folder.write(config, to: "plugin/config.json")
      for mount in ["usr", "bin", "lib", "lib64", "etc", "run"] {
        try folder.write("", to: "plugin/rootfs/\(mount)/.keep")
      }
      let tar = folder.path("plugin.tar")
      let made = try await RunningProcess.run(
        "tar",
        ["-C", folder.path("plugin"), "-cf", tar, "."]
      )
      #expect(made.exitStatus == 0, "\(made.lines)")
      try await docker.createPlugin(name, .file(tar))
    }
  }

  @Test("are made, set, started, stopped and removed")
  func lifecycle() async throws {
    let docker = try await sharedClient()
    let name = "swab/test-\(UUID().uuidString.prefix(8).lowercased())"
    try await create(name, Self.config, of: docker)
    let plugin = try await docker.inspectPlugin(name)
    #expect(plugin.name == "\(name):latest" && !plugin.isEnabled)
    #expect(plugin.description == "For tests" && plugin.interfaces == ["swab.test/1.0"])
    #expect(plugin.environment == ["LEVEL=1"] && plugin.mounts.count == 5)
    let mount = try #require(plugin.mounts.first)
    #expect(mount.name == "musr" && mount.source == "/usr" && mount.destination == "/usr")
    #expect(mount.type == "none" && mount.options == ["rbind", "ro"])
    try await docker.configurePlugin(name, ["LEVEL=2"])
    #expect(try await docker.inspectPlugin(name).environment == ["LEVEL=2"])
    let unknown = await dockerError { try await docker.configurePlugin(name, ["NOSUCH=1"]) }
    #expect(unknown?.status ?? 0 >= 400)
    try await docker.enablePlugin(name, timeout: .seconds(5))
    #expect(try await docker.plugins(filters: ["enabled": true]).map(\.name).contains(plugin.name))
    let running = await dockerError { try await docker.removePlugin(name) }
    #expect(running?.status ?? 0 >= 400, "\(String(describing: running))")
    try await docker.disablePlugin(name)
    let stopped = await dockerError { try await docker.disablePlugin(name) }
    #expect(stopped?.status ?? 0 >= 400)
    #expect(try await docker.inspectPlugin(name).isEnabled == false)
    try await docker.enablePlugin(name)
    try await docker.removePlugin(name, force: true)
    let gone = await dockerError { try await docker.inspectPlugin(name) }
    #expect(gone?.isNotFound == true)
    await docker.close()
  }

  @Test("that never listen are told of")
  func silent() async throws {
    let docker = try await sharedClient()
    let name = "swab/test-\(UUID().uuidString.prefix(8).lowercased())"
    let config = Self.config.replacingOccurrences(of: "exec socat", with: "exit 1; socat")
    try await create(name, config, of: docker)
    let error = await dockerError { try await docker.enablePlugin(name) }
    #expect(error?.status ?? 0 >= 400, "\(String(describing: error))")
    try await docker.removePlugin(name, force: true)
    await docker.close()
  }

  @Test("tell what they can do, however the engine writes it")
  func interfaces() {
    let plugin = Plugin(raw: [
      "Config": [
        "Interface": [
          "Types": [
            "docker.volumedriver/1.0",
            ["Prefix": "docker", "Capability": "networkdriver", "Version": "2.0"], 7,
          ]
        ]
      ]
    ])
    #expect(plugin.interfaces == ["docker.volumedriver/1.0", "docker.networkdriver/2.0"])
    #expect(Plugin(raw: [:]).interfaces.isEmpty && Plugin(raw: [:]).mounts.isEmpty)
    let mount = PluginMount(raw: [
      "Name": "state", "Description": "Its data", "Source": "", "Destination": "/state",
      "Type": "bind", "Options": nil, "Settable": ["source"],
    ])
    #expect(mount.name == "state" && mount.description == "Its data" && mount.source == nil)
    #expect(mount.destination == "/state" && mount.type == "bind" && mount.options.isEmpty)
    #expect(mount.settable == ["source"])
    let privilege = PluginPrivilege(raw: [
      "Name": "network", "Description": "permissions to access a network", "Value": ["host"],
    ])
    #expect(privilege.name == "network" && privilege.values == ["host"])
  }
}
