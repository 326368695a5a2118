import NIOCore
import Synchronization

/// Tells sudo the password when it asks for it, and only then: what it doesn't read, the program that
/// it runs would.
final class SudoDialogue: Sendable {
  private struct State {
    /// What was written to standard error and may be the beginning of a question.
    var held = ByteBuffer()
    var wasAsked = false
    /// Whether it is known that nothing is asked any more.
    var isOver = false
    var waiter: CheckedContinuation<Bool, Never>?
  }

  /// What sudo says before it asks is not as long as this.
  private static let limit = 1 << 14

  /// What sudo prints when it asks; nothing else does.
  let prompt = "swab-sudo-\(String(UInt64.random(in: .min ... .max), radix: 16)):"
  private let state = Mutex(State())

  /// Whether sudo asks, as soon as that is known.
  func isAsked() async -> Bool {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let answer: Bool? = state.withLock { state in
          guard !state.wasAsked, !state.isOver else { return state.wasAsked }
          state.waiter = continuation
          return nil
        }
        if let answer { continuation.resume(returning: answer) }
      }
    } onCancel: {
      finish()
    }
  }

  /// Takes a piece of standard error, and gives what of it is not sudo's asking.
  ///
  /// - Throws: A ``DockerError`` if sudo asks again.
  func error(_ bytes: ByteBuffer) throws -> ByteBuffer? {
    let (rest, waiter) = try state.withLock { state in
      guard !state.isOver else { return (ByteBuffer?(bytes), state.waiter.take()) }
      state.held.writeImmutableBuffer(bytes)
      if let end = Self.end(of: prompt, in: state.held) {
        guard !state.wasAsked else { throw DockerError.wrongSudoPassword }
        state.wasAsked = true
        state.held.moveReaderIndex(forwardBy: end)
      } else if !state.wasAsked {
        guard state.held.readableBytes > Self.limit else { return (nil, nil) }
        return (Self.over(&state), state.waiter.take())
      }
      // Once it was asked, all that sudo may still have to say is that it asks again.
      return (passOn(&state), state.waiter.take())
    }
    waiter?.resume(returning: state.withLock { $0.wasAsked })
    return rest
  }

  /// What is held, but for an end that may be the beginning of a question.
  private func passOn(_ state: inout State) -> ByteBuffer? {
    let (prompt, view) = (Array(prompt.utf8), state.held.readableBytesView)
    let longest = min(prompt.count - 1, view.count)
    let kept = (0...longest).last { view.suffix($0).elementsEqual(prompt.prefix($0)) } ?? 0
    guard view.count > kept else { return nil }
    let rest = state.held.readSlice(length: view.count - kept)
    // What was passed on isn't kept with it.
    state.held = ByteBuffer(bytes: view.suffix(kept))
    return rest
  }

  /// The command itself has written something, or has ended: there was no asking, or it is over.
  ///
  /// - Returns: What was held back of standard error.
  @discardableResult
  func finish() -> ByteBuffer? {
    let (rest, waiter, wasAsked) = state.withLock { state in
      (Self.over(&state), state.waiter.take(), state.wasAsked)
    }
    waiter?.resume(returning: wasAsked)
    return rest
  }

  private static func over(_ state: inout State) -> ByteBuffer? {
    state.isOver = true
    defer { state.held = ByteBuffer() }
    return state.held.readableBytes > 0 ? state.held : nil
  }

  /// How many bytes there are up to the end of the first prompt.
  private static func end(of prompt: String, in bytes: ByteBuffer) -> Int? {
    let view = bytes.readableBytesView
    let range = view.firstRange(of: Array(prompt.utf8))
    return range.map { $0.upperBound - view.startIndex }
  }
}

extension DockerError {
  fileprivate static let wrongSudoPassword = DockerError(
    code: .permissionDenied,
    message: "sudo doesn't take the password",
    hint: "is sudo_password the one of the user on that host?"
  )
}
