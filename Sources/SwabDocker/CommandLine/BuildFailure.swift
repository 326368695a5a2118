import NIOHTTP1

/// What a docker command complains about that has failed to build.
///
/// Among its words are those of the build's steps, which may say anything: also what the docker
/// command says where something else is wrong.
struct BuildFailure: Sendable {
  private let lines: [String]
  private let end: CommandEnd

  /// - Parameters:
  ///   - text: What was written to standard error.
  ///   - end: How the command has ended.
  init(_ text: String, _ end: CommandEnd) {
    self.end = end
    var lines = text.unicodeScalars.split(separator: "\n").map { String($0).trimmingWhiteSpace() }[
      ...
    ]
    // BuildKit tells the failed step's last words again, between lines of dashes.
    if let dashes = lines.lastIndex(of: "------") { lines = lines[(dashes + 1)...] }
    // All else of its steps begins with their numbers.
    let own = lines.filter { !$0.hasPrefix("#") }
    // Before the error stands the place in the Dockerfile, and behind it advice.
    let error = own.last { $0.hasPrefix(Self.mark) }
    self.lines = error.map { [$0] } ?? own
  }

  private static let mark = "ERROR: "

  /// The error, without the request and the host in it.
  var error: DockerError {
    guard let line = lines.last(where: { DockerError.stepStatus(in: $0) != nil }) else {
      return CommandFailure(lines.joined(separator: "\n"), end).error
    }
    let message = line.hasPrefix(Self.mark) ? String(line.dropFirst(Self.mark.count)) : line
    let reply: JSONValue = ["message": .string(message)]
    return DockerError(.json(reply, status: .internalServerError))
  }
}
