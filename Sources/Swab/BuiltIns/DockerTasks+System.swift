extension DockerTasks {
  /// What an engine says of itself.
  static let system = [
    define("version", "Show the Docker Engine's release and versions") { call in
      let version = try await call.docker.version().raw
      return TaskReport(entries(of: version), json: version)
    },
    define("info", "Show what the Docker Engine says of itself and its host") { call in
      let info = try await call.docker.info().raw
      return TaskReport(entries(of: info), json: info)
    },
  ]

  /// `Key: value` for each entry, the values below each other.
  static func entries(of value: JSONValue) -> [String] {
    let entries = value.object.map { object in object.keys.map { ($0, object[$0] ?? .null) } } ?? []
    let width = (entries.map(\.0.count).max() ?? 0) + 1
    return entries.map { key, value in
      let label = "\(key):" + String(repeating: " ", count: width - key.count)
      return "\(label)\(TerminalText.singleLine(Cells.text(value)))"
    }
  }
}
