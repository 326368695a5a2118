import Swab

let fabfile = Fabfile {
  task("facts", "Kernel, load and images of a host", facts)
  task("report", "The facts of all hosts, most images first", report)
}

struct Facts {
  var kernel: String
  var load: String
  var images: Int
}

/// What a task returns, `execute` hands to its caller.
func facts(host: Host) async throws -> Facts {
  let kernel = try await host.run("uname -r", quiet: true).stdout
  let load = try await host.run("cut -d' ' -f1 /proc/loadavg", quiet: true).stdout
  let images = try await host.dockerFabric().images()
  return Facts(kernel: kernel, load: load, images: images.count)
}

/// Runs once, on this machine, and sends the other task to the hosts.
func report() async throws {
  let outcomes = try await execute("facts", roles: ["all"], parallel: true)
  for (host, facts) in try outcomes.values(as: Facts.self).sorted(by: {
    $0.value.images > $1.value.images
  }) {
    puts("\(host): \(facts.images) images, load \(facts.load), Linux \(facts.kernel)")
  }
  for outcome in outcomes.failures {
    warn("\(outcome.host): \(outcome.state.rawValue)")
  }
}
