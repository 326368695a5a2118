import SwabTestSupport

/// A fabfile.yml for one sshd, called h1, with further lines of `env`.
///
/// The timeout is for connecting, in seconds: where the host is to answer, it is no race with
/// whatever else the machine does.
func fabfile(for server: SSHServer, timeout: Int = 60, _ env: String...) -> String {
  let lines = ["key_filename: \(server.clientKey)", "no_agent: true", "timeout: \(timeout)"] + env
  return """
    env:
      \(lines.joined(separator: "\n  "))
    hosts:
      h1: \(server.hostString)

    """
}

/// A fabfile.yml for hosts of the test bed, with further lines of `env`.
func fabfile(for bed: TestBed, users: [String: String] = [:], _ env: String...) -> String {
  fabfile(for: bed, users: users, env)
}

/// A fabfile.yml for hosts of the test bed, with further lines of `env`.
func fabfile(for bed: TestBed, users: [String: String] = [:], _ env: [String]) -> String {
  let lines =
    ["ssh_config_path: \(bed.sshConfig)", "no_agent: true", "timeout: 60"] + env
  let hosts = bed.hosts.map { host in
    "  \(host.name): \(users[host.name].map { "\($0)@" } ?? "")\(host.name)"
  }
  return """
    env:
      \(lines.joined(separator: "\n  "))
    hosts:
    \(hosts.joined(separator: "\n"))
    roles:
      web: [h1]
      db: [h2, h3]

    """
}
