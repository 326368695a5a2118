/// What of the docker program's own configuration says where the engine is, if no address is given.
struct CommandContext: Sendable {
  /// The context that is in use, unless it is the program's standard.
  private(set) var name: String?
  /// The folder that holds all contexts, on the machine with the program.
  private(set) var folder: String?

  /// The program's standard: what `DOCKER_HOST` says, or the usual socket.
  init() {}

  /// The command that tells.
  static let question = DockerCommand(["context", "inspect", "--format={{json .}}"])

  /// Reads what it has printed.
  ///
  /// - Throws: A ``DockerError`` with code `unexpectedReply`.
  init(_ output: CommandOutput) throws {
    let value = try output.json()
    // Below that folder, one with a name of its own holds the context: `contexts/meta/0f…`.
    let path = value["Storage"]?["MetadataPath"]?.string ?? ""
    let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard parts.count > 2, parts.dropLast().last.map({ String(Substring($0)) }) == "meta" else {
      return
    }
    name = value["Name"]?.string
    folder = parts.dropLast(2).map { String(Substring($0)) }.joined(separator: "/")
  }
}
