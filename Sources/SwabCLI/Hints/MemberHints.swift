/// What swab says about a name that isn't there, where the compiler has no suggestion of its own.
enum MemberHints {
  /// The hint about `value of type 'Host' has no member 'rum'` and `cannot find 'sudo' in scope`.
  ///
  /// - Parameters:
  ///   - text: The compiler's message.
  ///   - importsFoundation: Whether the file does.
  /// - Returns: The hint, without `hint:`, or nil if there is nothing to add.
  static func hint(for text: String, importsFoundation: Bool) -> String? {
    let names = quotedNames(in: text)
    if text.contains(inOrder: ["cannot find '", "in scope"]), let name = names.first {
      if !importsFoundation, foundationTypes.contains(name) { return foundation }
      return missingOperations[name]
    }
    guard text.contains(inOrder: ["value of type '", "' has no member '"]), names.count >= 2,
      !text.contains(inOrder: ["did you mean"])
    else { return nil }
    return hint(for: names[1], of: names[0], importsFoundation: importsFoundation)
  }

  private static func hint(
    for name: String,
    of type: String,
    importsFoundation: Bool
  ) -> String? {
    if type == "String" || type == "Substring" {
      return !importsFoundation && foundationMembers.contains(name) ? foundation : nil
    }
    if type == "Host", let hint = missingOperations[name] { return hint }
    let near = members[type].flatMap { nearest(to: name, among: $0) }
    if let near { return "did you mean \(near)?" }
    return type == "Env" ? "env[\"\(name)\"]" : nil
  }

  private static let foundation = "it is Foundation's: import Foundation"

  /// What people know of Fabric and swab hasn't.
  private static let missingOperations = [
    "put": """
    swab has no put yet: try await host.run("cat >FILE", stdin: text), or \
    try await local("scp …")
    """,
    "get": """
    swab has no get yet: try await host.run("cat FILE").stdout, or try await local("scp …")
    """,
  ]

  private static let foundationMembers: Set<String> = [
    "padding", "trimmingCharacters", "components", "replacingOccurrences", "range", "data",
    "addingPercentEncoding", "removingPercentEncoding", "capitalized", "localizedCompare",
    "localizedStandardCompare", "localizedCaseInsensitiveContains", "caseInsensitiveCompare",
    "write", "appendingFormat", "folding",
  ]
  private static let foundationTypes: Set<String> = [
    "Data", "Date", "DateFormatter", "FileManager", "ISO8601DateFormatter", "JSONDecoder",
    "JSONEncoder", "JSONSerialization", "NSString", "ProcessInfo", "TimeInterval", "URL", "UUID",
  ]

  private static let docker = [
    "apiVersion", "containers", "createContainer", "images", "info", "inspectContainer",
    "inspectImage", "logs", "ping", "removeContainer", "restart", "start", "stop", "version",
  ]
  /// The public members of the types that a task meets.
  private static let members = [
    "Host": [
      "address", "dockerFabric", "env", "interfaces", "name", "port", "puts", "roles", "run",
      "selectedRole", "user", "warn",
    ],
    "DockerFabricClient": docker + ["close", "engine", "localURL", "report"],
    "DockerClient": docker + ["baseURL", "close", "timeout"],
    "any DockerAPI": docker,
    "TaskArguments": ["bool", "int", "string"],
    "Env": ["bool", "int", "list", "string"],
    "CommandResult": [
      "command", "duration", "exitStatus", "failed", "signal", "stderr", "stderrBytes", "stdout",
      "stdoutBytes", "succeeded",
    ],
    "TaskDefinition": [
      "alias", "default", "excludeHosts", "hosts", "parallel", "roles", "runsOnce", "serial",
    ],
  ]

  /// The names between single quotes.
  private static func quotedNames(in text: String) -> [String] {
    let parts = text.split(separator: "'", omittingEmptySubsequences: false)
    return parts.enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
  }

  /// The member that a name most likely means: one that begins with it, or else the nearest one in
  /// which no more than a third of the letters differ.
  static func nearest(to name: String, among candidates: [String]) -> String? {
    let word = Array(name.lowercased())
    if word.count > 2,
      let longer = candidates.first(where: { Array($0.lowercased()).starts(with: word) })
    {
      return longer
    }
    let limit = max(1, word.count / 3)
    let near = candidates.map { (name: $0, distance: distance(word, Array($0.lowercased()))) }
      .min { $0.distance < $1.distance }
    return near.flatMap { $0.distance <= limit ? $0.name : nil }
  }

  /// How many letters are to be added, removed, replaced or swapped with their neighbour.
  private static func distance(_ first: [Character], _ second: [Character]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...second.count)
    for (row, letter) in first.enumerated() {
      var current = [row + 1]
      for (column, other) in second.enumerated() {
        var best = min(last[column + 1], current[column]) + 1
        best = min(best, last[column] + (letter == other ? 0 : 1))
        let swapped =
          row > 0 && column > 0 && letter == second[column - 1] && first[row - 1] == other
        if swapped { best = min(best, beforeLast[column - 1] + 1) }
        current.append(best)
      }
      (beforeLast, last) = (last, current)
    }
    return last[second.count]
  }
}
