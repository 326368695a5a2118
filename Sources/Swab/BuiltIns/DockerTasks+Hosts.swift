extension DockerTasks {
  /// What concerns the host an engine runs on.
  static let hosts = [
    define("get_ip", "Print an IPv4 address of the host", ["interface_name=docker0"]) { call in
      let interface = try await interface(of: call)
      return try report(interface.ipv4.first, of: interface.name, kind: "IPv4")
    },
    define(
      "get_ipv6",
      "Print an IPv6 address of the host",
      ["interface_name=docker0", "expand=no"]
    ) { call in
      let interface = try await interface(of: call)
      let address = interface.ipv6.first
      let expands = try call.arguments.bool("expand")
      let full = expands ? address.flatMap(NetworkInterface.expanded) : nil
      return try report(full ?? address, of: interface.name, kind: "IPv6")
    },
    define(
      "reset_socat",
      "End the host's socat processes, such as those of lost tunnels",
      ["use_sudo=no"],
      resetSocat
    ),
  ]

  private static func interface(of call: BuiltInCall) async throws -> NetworkInterface {
    let name = try call.arguments.string("interface_name")
    let shown = try await call.run(NetworkInterface.command)
    return try NetworkInterface.list(shown.stdout).interface(name, host: call.scope.hostName)
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
    let ids = try await call.run(SocatProcesses.listing).stdout
      .split(whereSeparator: \.isNewline).compactMap { Int($0) }
    guard !ids.isEmpty else { return TaskReport(["no socat is running"], json: .array([])) }
    let killed = try await call.run(SocatProcesses.ending(ids, by: "\(sudo)kill"))
    let refused = killed.stdout.split(whereSeparator: \.isNewline).compactMap { Int($0) }
    if !refused.isEmpty {
      let error = TaskError.socatRuns(refused, killed.stderr, host: call.scope.hostName)
      guard try call.scope.environment.bool("warn_only") ?? false else { throw error }
      call.scope.console.warn(host: call.scope.hostName, error.message)
    }
    let ended = ids.filter { !refused.contains($0) }
    return TaskReport(
      ended.isEmpty ? [] : ["ended socat \(ended.map(String.init).joined(separator: " "))"],
      json: .array(ended.map { .integer($0) })
    )
  }
}

/// Commands for the socat processes of a host.
///
/// `ps -C` is a mistake to busybox, which gives status 1 for it, as others do where there is no such
/// process. What all Linux hosts have is /proc; elsewhere there is `pgrep`.
enum SocatProcesses {
  /// Prints their ids.
  static let listing = """
    if [ -r /proc/self/comm ]; then
      for file in /proc/[0-9]*/comm; do
        read -r name <"$file" && [ "$name" = socat ] && file=${file%/comm} && echo "${file#/proc/}"
      done 2>/dev/null
    else pgrep -x socat
    fi
    true
    """

  /// Ends those that are still there, and prints the ids of those that it may not end.
  static func ending(_ ids: [Int], by kill: String) -> String {
    """
    for id in \(ids.map(String.init).joined(separator: " ")); do
      \(kill) "$id" || { [ -e /proc/self ] && [ ! -e "/proc/$id" ]; } || echo "$id"
    done
    true
    """
  }
}

extension TaskError {
  fileprivate static func socatRuns(_ ids: [Int], _ said: String, host: String?) -> TaskError {
    let reason = said.split(whereSeparator: \.isNewline).last.map { ": \($0)" } ?? ""
    return TaskError(
      .commandFailed,
      "socat \(ids.map(String.init).joined(separator: " ")) was not ended\(reason)",
      host: host,
      hint: "another user's processes need use_sudo=yes, and sudo that asks for no password"
    )
  }
}
