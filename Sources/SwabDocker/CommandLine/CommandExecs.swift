import Synchronization

/// The commands in containers that were prepared by a client, and how they have ended.
///
/// An engine keeps them; the docker command starts each at once, and tells its status only then.
final class CommandExecs: Sendable {
  /// A prepared command.
  struct Exec: Sendable {
    var container: String
    /// The body of the request that prepared it.
    var fields: RequestFields
    var hasBegun = false
    var end: CommandEnd?
  }

  /// How many are remembered; of more, the oldest that has ended is forgotten, and where none has,
  /// the oldest.
  private static let limit = 1000

  private let state = Mutex<(execs: [String: Exec], order: [String])>(([:], []))

  /// Keeps a command.
  ///
  /// - Returns: The id that it is known by from now on, in the form of the engine's.
  func add(_ fields: RequestFields, to container: String) -> String {
    let id = (0..<4).map { _ in
      let digits = String(UInt64.random(in: .min ... .max), radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }
    .joined()
    state.withLock { state in
      state.execs[id] = Exec(container: container, fields: fields)
      state.order.append(id)
      guard state.order.count > Self.limit else { return }
      let ended = state.order.firstIndex { state.execs[$0]?.end != nil } ?? 0
      state.execs[state.order.remove(at: ended)] = nil
    }
    return id
  }

  /// The command, to be started now; nil if there is none or it has been.
  func begin(_ id: String) -> Exec? {
    state.withLock { state in
      guard let exec = state.execs[id], !exec.hasBegun else { return nil }
      state.execs[id]?.hasBegun = true
      return exec
    }
  }

  /// The command has ended.
  func end(_ id: String, _ end: CommandEnd) {
    state.withLock { $0.execs[id]?.end = end }
  }

  /// What an engine says of a command; nil if there is none.
  func details(of id: String) -> JSONValue? {
    guard let exec = state.withLock({ $0.execs[id] }) else { return nil }
    var fields = exec.fields
    let command = fields.texts("Cmd") ?? []
    let process: JSONValue = [
      "tty": .bool(fields.bool("Tty") ?? false),
      "entrypoint": .string(command.first ?? ""),
      "arguments": .texts(Array(command.dropFirst())),
      "privileged": .bool(fields.bool("Privileged") ?? false),
      "user": .string(fields.text("User") ?? ""),
    ]
    return [
      "ID": .string(id), "ContainerID": .string(exec.container),
      "Running": .bool(exec.hasBegun && exec.end == nil),
      "ExitCode": exec.end.map { .integer($0.exitStatus ?? 137) } ?? .null,
      "ProcessConfig": process, "OpenStdin": .bool(fields.bool("AttachStdin") ?? false),
      "OpenStderr": .bool(fields.bool("AttachStderr") ?? false),
      "OpenStdout": .bool(fields.bool("AttachStdout") ?? false),
    ]
  }
}
