import Synchronization

/// Gathers the tunnels of a run, and says how a shell uses them once it is known of each host whether
/// it has one.
final class TunnelBoard: Sendable {
  /// Lines for a shell.
  struct Lines: Sendable, Equatable {
    /// `export DOCKER_HOST=…`, for each tunnel.
    var exports: [String]
    /// The same with comments around them: a table, and how to make contexts.
    var all: [String]
  }

  private let hosts: [String]
  private let urls: Mutex<[String: String?]> = Mutex([:])

  /// - Parameter hosts: The names of all hosts, in order.
  init(_ hosts: [String]) { self.hosts = hosts }

  /// Notes that a host has a tunnel, or can't have one.
  ///
  /// - Parameters:
  ///   - host: The host's name.
  ///   - url: The tunnel's near end; nil if there is none.
  /// - Returns: What there is to say, when this was the last host.
  func settle(_ host: String, _ url: String?) -> Lines? {
    let settled = urls.withLock { urls -> [String: String?]? in
      urls[host] = .some(url)
      return urls.count == hosts.count ? urls : nil
    }
    guard let settled else { return nil }
    return lines(hosts.compactMap { host in (settled[host] ?? nil).map { (host, $0) } })
  }

  private func lines(_ tunnels: [(host: String, url: String)]) -> Lines {
    let names = Self.variables(for: hosts)
    let exports = tunnels.map { "export \(names[$0.host] ?? "DOCKER_HOST")=\($0.url)" }
    guard let first = tunnels.first else { return Lines(exports: [], all: []) }
    let width = tunnels.map(\.host.count).max() ?? 0
    var all: [String] = []
    if hosts.count > 1 {
      all += tunnels.map { host, url in
        "# \(host)\(String(repeating: " ", count: width - host.count))  \(url)"
      }
    }
    all += exports
    if hosts.count > 1, let name = names[first.host] {
      all.append("# for one command: DOCKER_HOST=$\(name) docker ps")
    }
    all.append("# or a context, and then: docker --context \(Self.context(for: first.host)) ps")
    all += tunnels.map { host, url in
      "# docker context create \(Self.context(for: host)) --docker host=\(url)"
    }
    return Lines(exports: exports, all: all)
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
