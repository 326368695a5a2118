import NIOCore
import Synchronization

/// An engine that is reached by the docker command, on whichever machine that is.
final class DockerCommandLine: Sendable {
  private let settings: DockerCommandSettings
  private let run: CommandRunner
  private let execs = CommandExecs()
  /// As whom the program is run, once that is known.
  private let manner: Mutex<DockerCommandSettings.Manner?>
  /// What leads the program to its engine, once that is known.
  private let context = Mutex<CommandContext?>(nil)
  private let exchanges: Mutex<[ObjectIdentifier: CommandExchange]?> = Mutex([:])

  /// What an answer may be at most that is collected.
  private static let outputLimit = HTTPCall.replyLimit

  init(_ settings: DockerCommandSettings, run: @escaping CommandRunner) {
    self.settings = settings
    self.run = run
    let asks = settings.usesSudo && settings.sudoPassword != nil
    manner = Mutex(asks ? nil : settings.usesSudo ? .sudo : .itself)
  }

  /// Begins what a request asks for.
  func start(
    _ call: DockerCall,
    _ version: APIVersion,
    isStream: Bool,
    timeout: TimeAmount?,
    on loop: any EventLoop
  ) -> CommandExchange {
    let exchange = CommandExchange(
      call,
      CommandTranslator(version: version, execs: execs),
      of: self,
      isStream: isStream,
      on: loop
    )
    let isOpen = exchanges.withLock { exchanges in
      exchanges?[ObjectIdentifier(exchange)] = exchange
      return exchanges != nil
    }
    exchange.start(timeout: timeout)
    if !isOpen { exchange.fail(HTTPFailure.closed) }
    return exchange
  }

  /// The exchange has ended.
  func forget(_ exchange: CommandExchange) {
    exchanges.withLock { $0?[ObjectIdentifier(exchange)] = nil }
  }

  /// Ends everything that goes on, and returns when it has ended.
  func close() async {
    let open = exchanges.withLock { $0.take() ?? [:] }
    for exchange in open.values { exchange.fail(HTTPFailure.closed) }
    for exchange in open.values { await exchange.ended() }
  }

  /// Ends everything that goes on, without waiting for it.
  func closeSoon() {
    for exchange in exchanges.withLock({ $0.take() ?? [:] }).values {
      exchange.fail(HTTPFailure.closed)
    }
  }

  /// Asks what versions the program and the engine are of.
  func versions(within limit: Duration?) async throws -> CommandVersions {
    guard let limit else { return try CommandVersions(await collect(CommandTranslator.version)) }
    return try await withThrowingTaskGroup(of: CommandOutput.self) { group in
      group.addTask { try await self.collect(CommandTranslator.version) }
      group.addTask {
        try await Task.sleep(for: limit)
        throw HTTPFailure.timeout
      }
      defer { group.cancelAll() }
      guard let output = try await group.next() else { throw CancellationError() }
      return try CommandVersions(output)
    }
  }

  /// Runs a command to its end.
  ///
  /// - Throws: A ``DockerError`` if it fails; what the runner throws.
  func collect(_ command: DockerCommand, _ input: BodyProducer? = nil) async throws -> CommandOutput
  {
    let collected = Mutex(CommandOutput())
    let end = try await run(command, input) { chunk in
      try collected.withLock { try $0.add(chunk, limit: Self.outputLimit) }
    }
    var output = collected.withLock { $0 }
    output.end = end
    let failure = CommandFailure(output.errorText, end)
    let saysNothing = command.hasOutput && output.stdout.isEmpty && failure.hasComplaint
    guard end.isSuccess, !saysNothing else {
      if command.toleratesMissing, failure.isOnlyMissing { return output }
      throw failure.error
    }
    return output
  }
}

extension CommandOutput {
  /// Keeps all of standard output, and the end of standard error.
  mutating func add(_ chunk: CommandChunk, limit: Int) throws {
    switch chunk {
    case .standardOutput(let bytes):
      stdout.append(contentsOf: bytes.readableBytesView)
      guard stdout.count <= limit else { throw HTTPFailure.replyTooLarge(limit: limit) }
    case .standardError(let bytes):
      stderr.append(contentsOf: bytes.readableBytesView)
      let surplus = stderr.count - CommandFailure.textLimit
      if surplus > 0 { stderr.removeFirst(surplus) }
    }
  }
}

// MARK: - Running

extension DockerCommandLine {
  /// Runs a command, by sudo if that is wanted, and with a folder of its own if it has secrets.
  ///
  /// - Parameters:
  ///   - command: What is run.
  ///   - input: What it reads, if that isn't the command's own input.
  ///   - output: Gets what it writes.
  /// - Returns: How it ended, whatever its status is.
  /// - Throws: A ``DockerError`` if sudo doesn't take the password; what the runner throws.
  func run(
    _ command: DockerCommand,
    _ input: BodyProducer? = nil,
    _ output: @escaping @Sendable (CommandChunk) async throws -> Void
  ) async throws -> CommandEnd {
    let dialogue = SudoDialogue()
    let manner = try await manner(asking: dialogue.prompt)
    let context = command.logins == nil ? CommandContext() : try await usualContext()
    let folder = PrivateFolder(of: command, context, by: manner)
    let text = try settings.text(of: command.words, by: manner, with: folder)
    var shell = CommandToRun(text: folder?.text(around: text) ?? text, shownText: text)
    let secrets = folder?.input
    let body = input ?? command.input?.produce
    guard case .askingSudo = manner else {
      if body != nil || secrets != nil {
        shell.input = { write in
          if let secrets { try await write(secrets) }
          try await body?(write)
        }
      }
      return try await run(shell, output)
    }
    let password = ByteBuffer(string: (settings.sudoPassword ?? "") + "\n")
    shell.input = { write in
      if let secrets { try await write(secrets) }
      if await dialogue.isAsked() { try await write(password) }
      try await body?(write)
    }
    return try await run(shell, dialogue, output)
  }

  private func run(
    _ shell: CommandToRun,
    _ dialogue: SudoDialogue,
    _ output: @escaping @Sendable (CommandChunk) async throws -> Void
  ) async throws -> CommandEnd {
    let end = try await run(shell) { chunk in
      switch chunk {
      case .standardOutput:
        if let held = dialogue.finish() { try await output(.standardError(held)) }
        try await output(chunk)
      case .standardError(let bytes):
        if let rest = try dialogue.error(bytes) { try await output(.standardError(rest)) }
      }
    }
    if let held = dialogue.finish() { try await output(.standardError(held)) }
    return end
  }

  /// As whom a command is run: where there is a password, the first command tells whether sudo wants
  /// it.
  ///
  /// That one reads nothing, so that it doesn't wait for input which waits for sudo.
  private func manner(
    asking prompt: String
  ) async throws -> DockerCommandSettings.Manner {
    switch manner.withLock({ $0 }) {
    case .askingSudo: return .askingSudo(prompt: prompt)
    case let known?: return known
    case nil: break
    }
    let wasAsked = try await asksForPassword()
    manner.withLock { $0 = wasAsked ? .askingSudo(prompt: "") : .sudo }
    return wasAsked ? .askingSudo(prompt: prompt) : .sudo
  }

  private func asksForPassword() async throws -> Bool {
    let dialogue = SudoDialogue()
    let manner = DockerCommandSettings.Manner.askingSudo(prompt: dialogue.prompt)
    let text = try settings.text(of: CommandTranslator.version.words, by: manner)
    let password = ByteBuffer(string: (settings.sudoPassword ?? "") + "\n")
    let shell = CommandToRun(text: text, shownText: text) { write in
      if await dialogue.isAsked() { try await write(password) }
    }
    let collected = Mutex(CommandOutput())
    let end = try await run(shell, dialogue) { chunk in
      try collected.withLock { try $0.add(chunk, limit: Self.outputLimit) }
    }
    guard end.isSuccess else {
      throw CommandFailure(collected.withLock { $0.errorText }, end).error
    }
    return await dialogue.isAsked()
  }

  /// What leads the program to its engine by itself; asked for once, as the engine's version is.
  private func usualContext() async throws -> CommandContext {
    guard settings.baseURL?.isEmpty ?? true else { return CommandContext() }
    if let known = context.withLock({ $0 }) { return known }
    var found = CommandContext()
    do {
      found = try CommandContext(await collect(CommandContext.question))
    } catch let error as DockerError where error.code == .notImplemented {
      // Programs before Docker 19.03 have none.
    }
    context.withLock { [found] in $0 = found }
    return found
  }
}
