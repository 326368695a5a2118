import Synchronization

/// Gathers the tunnels of a run, and says how a shell uses them: each as soon as it is there, and what
/// can be done with all of them once it is known of each host whether it has one.
final class TunnelBoard: Sendable {
  private struct State {
    var urls: [String: String] = [:]
    var settled: Set<String> = []
  }

  private let hosts: [String]
  private let variables: [String: String]
  private let state = Mutex(State())

  /// - Parameter hosts: The names of all hosts, in order.
  init(_ hosts: [String]) {
    self.hosts = hosts
    variables = Self.variables(for: hosts)
  }

  /// Notes a host's tunnel.
  ///
  /// - Parameters:
  ///   - host: The host's name.
  ///   - url: The tunnel's near end.
  /// - Returns: `export DOCKER_HOST=…`, to be said before the host is settled.
  func open(_ host: String, _ url: String) -> String {
    state.withLock { $0.urls[host] = url }
    return "export \(variables[host] ?? "DOCKER_HOST")=\(url)"
  }

  /// Notes that there is no more to come of a host.
  ///
  /// - Returns: Comments for a shell, if this was the last host and there is a tunnel; else nothing.
  func settle(_ host: String) -> [String]? {
    let urls = state.withLock { state -> [String: String]? in
      guard state.settled.insert(host).inserted, state.settled.count == hosts.count else {
        return nil
      }
      return state.urls
    }
    guard let urls, !urls.isEmpty else { return nil }
    return comments(hosts.compactMap { host in urls[host].map { (host, $0) } })
  }

  /// A table, and how to make contexts.
  private func comments(_ tunnels: [(host: String, url: String)]) -> [String] {
    guard let first = tunnels.first else { return [] }
    let width = tunnels.map(\.host.count).max() ?? 0
    var lines: [String] = []
    if hosts.count > 1 {
      lines += tunnels.map { host, url in
        "# \(host)\(String(repeating: " ", count: width - host.count))  \(url)"
      }
    }
    if hosts.count > 1, let name = variables[first.host] {
      lines.append("# for one command: DOCKER_HOST=$\(name) docker ps")
    }
    lines.append("# or a context, and then: docker --context \(Self.context(for: first.host)) ps")
    lines += tunnels.map { host, url in
      "# docker context create \(Self.context(for: host)) --docker host=\(url)"
    }
    return lines
  }

  /// Names of variables: `DOCKER_HOST` for one host, `DOCKER_HOST_WEB1` where there are several.
  static func variables(for hosts: [String]) -> [String: String] {
    guard hosts.count > 1 else { return [hosts.first ?? "": "DOCKER_HOST"] }
    var names: [String: String] = [:]
    var taken: Set<String> = []
    for host in hosts {
      let letters = host.uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }
      let name = "DOCKER_HOST_\(String(letters))"
      // `web-1` and `web_1` are different hosts.
      var (unique, number) = (name, 2)
      while !taken.insert(unique).inserted {
        unique = "\(name)_\(number)"
        number += 1
      }
      names[host] = unique
    }
    return names
  }

  /// A name that docker takes for a context.
  private static func context(for host: String) -> String {
    "swab-"
      + host.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "-" }
  }
}
