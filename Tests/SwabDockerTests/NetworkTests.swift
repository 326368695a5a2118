import Foundation
import SwabTestSupport
import Testing

@testable import SwabDocker

@Suite("Networks")
struct NetworkTests {
  private static let forever = ContainerSpec.script("sleep 1000")
  private static let name = "swab-test-"

  /// Lends a network with a subnet of its own.
  private func withNetwork(
    _ third: Int,
    of docker: DockerClient,
    _ body: (String) async throws -> Void
  ) async throws {
    let name = Self.name + UUID().uuidString.prefix(8)
    var spec = NetworkSpec(name)
    spec.labels = ["swab-test": name]
    spec.subnets = [.init("10.213.\(third).0/24", gateway: "10.213.\(third).1")]
    try await docker.createNetwork(spec)
    do {
      try await body(name)
      try await docker.removeNetwork(name)
    } catch {
      try? await docker.removeNetwork(name)
      throw error
    }
  }

  @Test("have addresses, and containers with names and addresses of their own (DE-92)")
  func addresses() async throws {
    let docker = try await sharedClient()
    try await withNetwork(1, of: docker) { network in
      let made = try await docker.inspectNetwork(network)
      #expect(made.name == network)
      #expect(made.driver == "bridge" && made.scope == "local")
      #expect(made.created != nil)
      #expect(made.labels == ["swab-test": network])
      #expect(made.subnets.map(\.subnet) == ["10.213.1.0/24"])
      #expect(made.subnets.first?.gateway == "10.213.1.1")
      #expect(try await docker.networks(filters: ["name": .init([network])]).map(\.id) == [made.id])
      var spec = Self.forever
      spec.hostConfig.networkMode = network
      spec.networks[network] = EndpointSpec()
      spec.networks[network]?.ipv4Address = "10.213.1.7"
      spec.networks[network]?.aliases = ["db"]
      try await withContainer(spec, of: docker) { container in
        try await docker.start(container)
        let there = try #require(try await docker.inspectContainer(container).networks[network])
        #expect(there.ipAddress == "10.213.1.7")
        #expect(there.aliases.contains("db"))
        let seen = try await docker.inspectNetwork(network, verbose: true, scope: "local")
        #expect(seen.containers.values.map(\.name) == [container])
        #expect(seen.containers.values.first?.ipv4Address == "10.213.1.7/24")
        let active = await #expect(throws: DockerError.self) {
          try await docker.removeNetwork(network)
        }
        #expect(active?.code == .forbidden)
      }
    }
    await docker.close()
  }

  @Test("take containers in and let them out (DE-92, DE-19)")
  func connect() async throws {
    let docker = try await sharedClient()
    try await withNetwork(2, of: docker) { network in
      try await withContainer(Self.forever, of: docker) { container in
        try await docker.start(container)
        var endpoint = EndpointSpec()
        endpoint.ipv4Address = "10.213.2.9"
        endpoint.aliases = ["web"]
        try await docker.connect("/" + container, toNetwork: network, endpoint)
        let networks = try await docker.inspectContainer(container).networks
        #expect(networks[network]?.ipAddress == "10.213.2.9")
        let twice = await #expect(throws: DockerError.self) {
          try await docker.connect(container, toNetwork: network)
        }
        #expect(twice?.code == .forbidden)
        try await docker.disconnect(container, fromNetwork: network)
        #expect(try await docker.inspectContainer(container).networks[network] == nil)
        let out = await #expect(throws: DockerError.self) {
          try await docker.disconnect(container, fromNetwork: network, force: true)
        }
        #expect(out?.status == 500)
      }
    }
    await docker.close()
  }

  @Test("of the engine's own stay, and addresses are given once (DE-92)")
  func refusals() async throws {
    let docker = try await sharedClient()
    let own = await #expect(throws: DockerError.self) { try await docker.removeNetwork("bridge") }
    #expect(own?.code == .forbidden)
    try await withNetwork(3, of: docker) { network in
      var overlapping = NetworkSpec(network + "-b")
      overlapping.subnets = [.init("10.213.3.0/25")]
      let error = await #expect(throws: DockerError.self) {
        try await docker.createNetwork(overlapping)
      }
      #expect(error?.code == .forbidden)
      let unknown = await #expect(throws: DockerError.self) {
        try await docker.inspectNetwork(network + "-c")
      }
      #expect(unknown?.isNotFound == true)
    }
    await docker.close()
  }

  @Test("whose ids begin alike must be told apart (DE-92)")
  func ambiguous() async throws {
    let docker = try await sharedClient()
    // Seventeen ids: two of them begin with the same digit.
    var ids: [String] = []
    for index in 0..<17 {
      var spec = NetworkSpec(Self.name + UUID().uuidString)
      spec.subnets = [.init("10.214.\(index).0/24")]
      ids.append(try await docker.createNetwork(spec).id)
    }
    let digits = Dictionary(grouping: ids) { $0.prefix(1) }
    let digit = try #require(digits.first { $0.value.count > 1 }?.key)
    let error = await #expect(throws: DockerError.self) {
      try await docker.inspectNetwork(String(digit))
    }
    #expect(error?.isBadRequest == true)
    for id in ids { try await docker.removeNetwork(id) }
    await docker.close()
  }

  @Test("cannot share a name (DE-93)")
  func duplicate() async throws {
    let docker = try await sharedClient()
    try await withNetwork(4, of: docker) { network in
      var other = NetworkSpec(network)
      other.subnets = [.init("10.213.5.0/24")]
      let error = await #expect(throws: DockerError.self) { try await docker.createNetwork(other) }
      #expect(error?.isConflict == true)
    }
    await docker.close()
  }

  @Test("that nobody is in are removed")
  func prune() async throws {
    let docker = try await sharedClient()
    var spec = NetworkSpec(Self.name + UUID().uuidString)
    spec.labels = [spec.name: ""]
    spec.subnets = [.init("10.213.6.0/24")]
    try await docker.createNetwork(spec)
    let filters: DockerFilters = ["label": .init([spec.name])]
    #expect(try await docker.pruneNetworks(filters: filters).removed == [spec.name])
    #expect(try await docker.pruneNetworks(filters: filters).removed.isEmpty)
    await docker.close()
  }

  @Test("are described to the last field")
  func encoding() {
    var spec = NetworkSpec("n", driver: "overlay")
    spec.options = ["com.docker.network.driver.mtu": "1400"]
    spec.addressDriver = "default"
    spec.addressOptions = ["a": "b"]
    spec.subnets = [.init("192.0.2.0/24", range: "192.0.2.128/25")]
    spec.subnets[0].reserved = ["router": "192.0.2.2"]
    spec.isInternal = true
    spec.isAttachable = true
    spec.isIngress = true
    spec.scope = "swarm"
    spec.hasIPv4 = false
    spec.hasIPv6 = true
    spec.isConfigOnly = true
    spec.configFrom = "other"
    spec.additionalFields["New"] = 1
    #expect(
      JSONValue.object(spec.encoded) == [
        "Name": "n", "CheckDuplicate": true, "Driver": "overlay",
        "Options": ["com.docker.network.driver.mtu": "1400"],
        "IPAM": [
          "Driver": "default", "Options": ["a": "b"],
          "Config": [
            [
              "Subnet": "192.0.2.0/24", "IPRange": "192.0.2.128/25",
              "AuxiliaryAddresses": ["router": "192.0.2.2"],
            ]
          ],
        ],
        "Internal": true, "Attachable": true, "Ingress": true, "Scope": "swarm",
        "EnableIPv4": false, "EnableIPv6": true, "ConfigOnly": true,
        "ConfigFrom": ["Network": "other"], "New": 1,
      ]
    )
  }
}
