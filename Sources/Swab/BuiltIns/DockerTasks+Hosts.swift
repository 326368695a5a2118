extension DockerTasks {
  /// What concerns the host an engine runs on.
  static let hosts = [
    define("get_ip", "Print an IPv4 address of the host", ["interface_name=docker0"]) { call in
      let name = try call.arguments.string("interface_name")
      let address = try await addresses(of: name, call).first { !$0.isIPv6 }
      return try report(address?.text, of: name, kind: "IPv4")
    },
    define(
      "get_ipv6",
      "Print an IPv6 address of the host",
      ["interface_name=docker0", "expand=no"]
    ) { call in
      let name = try call.arguments.string("interface_name")
      let all = try await addresses(of: name, call).filter(\.isIPv6)
      // One that others can use rather than one that every interface has.
      let address = all.first { !$0.isLinkLocal } ?? all.first
      let expands = try call.arguments.bool("expand")
      return try report(expands ? address?.expanded : address?.text, of: name, kind: "IPv6")
    },
    define(
      "reset_socat",
      "End the host's socat processes, such as those of lost tunnels",
      ["use_sudo=no"],
      resetSocat
    ),
  ]

  private static func addresses(
    of name: String,
    _ call: BuiltInCall
  ) async throws -> [InterfaceAddress] {
    let shown = try await call.run(InterfaceAddress.command(for: name), okCodes: [0, 1])
    guard shown.exitStatus == 0 else {
      throw TaskError(
        .commandFailed,
        "there is no network interface '\(name)'",
        host: call.scope.hostName,
        hint: "the interfaces are listed by: ip link"
      )
    }
    return InterfaceAddress.addresses(in: shown.stdout)
  }

  private static func report(
    _ address: String?,
    of name: String,
    kind: String
  ) throws -> TaskReport {
    guard let address else {
      throw TaskError(.commandFailed, "the network interface '\(name)' has no \(kind) address")
    }
    var json = JSONObject()
    json["interface"] = .string(name)
    json["address"] = .string(address)
    return TaskReport([address], json: .object(json))
  }

  @Sendable private static func resetSocat(_ call: BuiltInCall) async throws -> TaskReport {
    let sudo = try call.arguments.bool("use_sudo") ? "sudo -n " : ""
    // With nothing found it gives 1, which is no failure: there is nothing to end.
    let found = try await call.run("ps -o pid= -C socat", okCodes: [0, 1])
    let ids = found.stdout.split(whereSeparator: \.isWhitespace).map(String.init)
    if !ids.isEmpty { _ = try await call.run("\(sudo)kill \(ids.joined(separator: " "))") }
    return TaskReport(
      [ids.isEmpty ? "no socat is running" : "ended socat \(ids.joined(separator: " "))"],
      json: .array(ids.compactMap { Int($0) }.map { .integer($0) })
    )
  }
}
