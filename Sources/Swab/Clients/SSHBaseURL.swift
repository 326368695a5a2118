/// A base URL `ssh://[user@]host[:port][/socket]`, as the docker command takes it.
///
/// The docker command starts the `ssh` program for it; Swab has connections of its own.
struct SSHBaseURL: Sendable, Hashable {
  /// The host, as `-H` takes it.
  var host: HostString
  /// The path of the engine's socket there; nil for the standard one.
  var socket: String?

  /// Reads a base URL.
  ///
  /// - Parameter text: The URL; nil and URLs of other kinds are none of this kind.
  /// - Throws: ``TaskError`` if it begins as one and can't be read.
  init?(_ text: String?) throws(TaskError) {
    guard let text, text.lowercased().hasPrefix("ssh://") else { return nil }
    let rest = text.dropFirst("ssh://".count)
    let slash = rest.firstIndex(of: "/") ?? rest.endIndex
    let path = rest[slash...]
    do {
      host = try HostString(String(rest[..<slash]))
    } catch {
      throw TaskError(
        .usage,
        "a base URL with ssh:// can't be read: \(error.message)",
        hint: error.hint ?? "write ssh://[user@]host[:port][/path/of/socket]"
      )
    }
    guard !path.contains(where: { "?#".contains($0) }) else {
      throw TaskError(.usage, "a base URL with ssh:// takes a host and a socket's path, no query")
    }
    socket = path.count > 1 ? String(path) : nil
  }
}
