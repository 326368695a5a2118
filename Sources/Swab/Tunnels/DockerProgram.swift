import Subprocess
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The docker command of this machine, at the engine of a tunnel.
///
/// It has the terminal and the signals of the terminal while it runs, as if it had been called
/// directly.
final class DockerProgram: Sendable {
  private struct State {
    var processID: pid_t?
    var isGivenUp = false
  }

  private let path: String
  private let state = Mutex(State())

  /// Variables by which docker would choose another engine, or speak TLS to the tunnel.
  private static let otherWays = [
    "DOCKER_CONTEXT", "DOCKER_TLS", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH",
  ]

  /// Finds docker.
  ///
  /// - Parameter searchPath: The folders to look in, with colons.
  /// - Throws: ``UsageError`` if it isn't there.
  init(searchPath: String) throws(UsageError) {
    let candidates = searchPath.split(separator: ":").map { "\($0)/docker" }
    guard let path = candidates.first(where: { access($0, X_OK) == 0 }) else {
      throw UsageError(
        "there is no docker command on this machine's PATH",
        hint: "install the docker CLI; or without it: swab exec, swab logs, swab list docker"
      )
    }
    self.path = path
  }

  /// Whether a signal kept further hosts from their turn.
  var isGivenUp: Bool { state.withLock { $0.isGivenUp } }

  /// Runs docker to its end.
  ///
  /// - Parameters:
  ///   - arguments: Its words.
  ///   - url: The tunnel's near end.
  /// - Returns: Its exit status, 128 + the signal if one ended it.
  /// - Throws: What keeps it from starting.
  func run(_ arguments: [String], engine url: String) async throws -> Int {
    var variables: [Environment.Key: String?] = ["DOCKER_HOST": url]
    for name in Self.otherWays { variables[.init(stringLiteral: name)] = .some(nil) }
    var options = PlatformOptions()
    options.teardownSequence = [
      .send(signal: .terminate, allowedDurationToNextStep: .seconds(3))
    ]
    let outcome = try await Subprocess.run(
      .path(.init(path)),
      arguments: Arguments(arguments),
      environment: .inherit.updating(variables),
      platformOptions: options,
      input: .currentStandardInput,
      output: .currentStandardOutput,
      error: .currentStandardError
    ) { execution in
      state.withLock { $0.processID = execution.processIdentifier.value }
    }
    state.withLock { $0.processID = nil }
    return switch outcome.terminationStatus {
    case .exited(let code): Int(code)
    case .signaled(let number): 128 + Int(number)
    }
  }

  /// Takes a signal while docker runs, for which it is as well, unless the terminal has given it the
  /// Ctrl-C already.
  ///
  /// - Returns: False if docker doesn't run.
  func takeSignal(_ number: Int32) -> Bool {
    state.withLock { state in
      guard let processID = state.processID else { return false }
      state.isGivenUp = true
      if number != SIGINT || !Self.hasTerminal(processID) { kill(processID, number) }
      return true
    }
  }

  /// Whether a process is among those that a Ctrl-C at the terminal is for.
  private static func hasTerminal(_ processID: pid_t) -> Bool {
    let terminal = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC)
    guard terminal >= 0 else { return false }
    defer { close(terminal) }
    return tcgetpgrp(terminal) == getpgid(processID)
  }
}
