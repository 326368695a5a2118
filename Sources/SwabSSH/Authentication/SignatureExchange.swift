import Synchronization

/// Carries what is to be signed out of libssh2's callback, and the signature back in.
///
/// The callback can't wait, so the first time it leaves the data here and says "would block"; the
/// library asks again when the signature is there.
final class SignatureExchange: Sendable {
  private struct State {
    var request: [UInt8]?
    var answer = Answer.later
  }

  /// What the library's callback gets.
  enum Answer {
    /// The signature is still being made.
    case later
    /// There will be none.
    case never
    case signature([UInt8])
  }

  /// The key as it is offered.
  let publicKey: [UInt8]
  private let state = Mutex(State())
  /// What the library hands to its callback; it reads it for as long as the key is tried.
  nonisolated(unsafe) let abstract: UnsafeMutablePointer<UnsafeMutableRawPointer?>

  init(publicKey: [UInt8]) {
    self.publicKey = publicKey
    abstract = .allocate(capacity: 1)
    abstract.initialize(to: nil)
    // No retain: whoever tries the key holds this object until the library is done with it.
    abstract.pointee = Unmanaged.passUnretained(self).toOpaque()
  }

  deinit { abstract.deallocate() }

  /// What is to be signed, once the server has accepted the key.
  var request: [UInt8]? {
    state.withLock { state in
      if case .later = state.answer { state.request } else { nil }
    }
  }

  /// Called by the library.
  func answer(for data: UnsafeBufferPointer<UInt8>) -> Answer {
    state.withLock { state in
      if case .later = state.answer { state.request = Array(data) }
      return state.answer
    }
  }

  /// Brings the signature, or the news that there is none.
  func end(with signature: [UInt8]?) {
    state.withLock { $0.answer = signature.map { .signature($0) } ?? .never }
  }
}
