import NIOCore
import NIOHTTP1

/// A docker command that is a step of what a request asks for.
struct DockerCommand: Sendable {
  /// The words after the program and what it always gets.
  var words: [String]
  /// What it reads from its standard input.
  var input: DockerUpload?
  /// Whether it reads what is written to the connection that its request takes over.
  var isInteractive = false
  /// Logins that it needs, as the program keeps them in its configuration.
  ///
  /// They are in a folder of their own while the command runs, since nothing may stay on the host.
  var logins: JSONValue?
  /// Variables for a process in a container, each `NAME=value`, where that reads the input itself.
  ///
  /// They are in that folder, too.
  var variables: [String] = []
  /// Whether it has failed if it says nothing but errors: with `--force` the program calls a thing
  /// that isn't there a success.
  var hasOutput = false
  /// Whether it is fine that some of the things it names are there no more.
  var toleratesMissing = false

  init(_ words: [String]) {
    self.words = words
  }

  /// Lets it read these lines, if there are any.
  mutating func give(_ lines: [String]) {
    guard !lines.isEmpty else { return }
    input = DockerUpload(Array(lines.map { $0 + "\n" }.joined().utf8))
  }
}

/// What is to be done next for a request.
enum DockerStep: Sendable {
  /// Run a command to its end, and go on with what it gave.
  case command(DockerCommand, then: @Sendable (CommandOutput) throws -> DockerStep)
  /// Run a command whose output is the answer, in that shape.
  case stream(DockerCommand, any CommandShape)
  /// Answer with this.
  case reply(HTTPReply)
}

/// What a command has written by its end.
struct CommandOutput: Sendable {
  var stdout: [UInt8] = []
  var stderr: [UInt8] = []
  var end = CommandEnd(exitStatus: 0)

  /// Standard output as text.
  var text: String { String(decoding: stdout, as: UTF8.self) }
  /// Standard error as text.
  var errorText: String { String(decoding: stderr, as: UTF8.self) }
  /// The lines of standard output that hold anything.
  var lines: [String] {
    text.split(whereSeparator: \.isNewline).map(String.init)
  }
  /// The last word of what is printed: an id or a name.
  var lastLine: String { lines.last?.trimmingWhiteSpace() ?? "" }

  /// Standard output as JSON.
  ///
  /// - Throws: A ``DockerError`` with code `unexpectedReply`.
  func json() throws -> JSONValue {
    do {
      return try JSONValue(parsing: stdout)
    } catch {
      throw DockerError.unexpectedReply("the docker command gave no JSON: \(text.prefix(200))")
    }
  }

  /// The JSON values that stand on the lines of standard output.
  func jsonLines() throws -> [JSONValue] {
    try lines.map { line in
      do {
        return try JSONValue(parsing: line)
      } catch {
        throw DockerError.unexpectedReply("the docker command gave no JSON: \(line.prefix(200))")
      }
    }
  }
}

extension HTTPReply {
  /// An answer as an engine would give it.
  init(status: HTTPResponseStatus, _ headers: HTTPHeaders = [:], body: ByteBuffer = ByteBuffer()) {
    self.init(
      head: HTTPResponseHead(version: .http1_1, status: status, headers: headers),
      body: body
    )
  }

  /// An answer with JSON in it.
  static func json(_ value: JSONValue, status: HTTPResponseStatus = .ok) -> HTTPReply {
    HTTPReply(status: status, body: ByteBuffer(bytes: value.encoded))
  }

  /// An answer that says no, as an engine would.
  static func refusal(_ status: HTTPResponseStatus, _ message: String) -> HTTPReply {
    .json(["message": .string(message)], status: status)
  }

  /// An answer that says no more than that it is done.
  static let done = HTTPReply(status: .noContent)
  /// An answer that says that it was so already.
  static let nothingChanged = HTTPReply(status: .notModified)
}

extension DockerStep {
  /// A command whose success is all there is to say.
  static func done(_ words: [String]) -> DockerStep {
    .done(DockerCommand(words))
  }

  /// A command whose success is all there is to say.
  static func done(_ command: DockerCommand) -> DockerStep {
    .command(command) { _ in .reply(.done) }
  }

  /// A command of whose output JSON is made.
  static func json(
    _ command: DockerCommand,
    _ value: @escaping @Sendable (CommandOutput) throws -> JSONValue
  ) -> DockerStep {
    .command(command) { .reply(.json(try value($0))) }
  }

  /// A command that prints an object, or a list with it.
  static func object(_ words: [String]) -> DockerStep {
    .json(DockerCommand(words)) { output in
      let value = try output.json()
      return value.array.map { $0.first ?? .null } ?? value
    }
  }
}
