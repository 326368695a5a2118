import NIOCore
import Synchronization

/// What waits to be sent to one of the engines that an image is copied to.
///
/// One task fills it, and waits while it is full; another empties it. Once it is closed, both are
/// done with it: whoever fills it goes on with the others.
final class ImageCopyLane: Sendable {
  /// What may wait at most, beside one piece.
  ///
  /// The lanes of a copy share their pieces, so this is also about what all of them hold.
  static let limit = 16 << 20

  private enum Side {
    case filling, emptying
  }

  private struct State {
    var pieces: [ByteBuffer] = []
    var first = 0
    var waitingBytes = 0
    var sentBytes = 0
    var layersLeftOut = 0
    /// Whether all pieces are there.
    var isComplete = false
    var isClosed = false
    /// Since when the engine could have taken something, or said what has come of it.
    var idleSince: ContinuousClock.Instant?
    var waiting: [Side: CheckedContinuation<Void, Never>] = [:]

    func mustWait(_ side: Side) -> Bool {
      switch side {
      case _ where isClosed: false
      case .filling: waitingBytes >= ImageCopyLane.limit
      case .emptying: first == pieces.count && !isComplete
      }
    }

    mutating func takePiece() -> ByteBuffer? {
      guard first < pieces.count else { return nil }
      let piece = pieces[first]
      pieces[first] = ByteBuffer()
      first += 1
      if first == pieces.count { (pieces, first) = ([], 0) }
      waitingBytes -= piece.readableBytes
      sentBytes += piece.readableBytes
      idleSince = pieces.isEmpty && !isComplete ? nil : .now
      return piece
    }
  }

  private let state = Mutex(State())

  /// How many bytes have been taken out to be sent.
  var sentBytes: Int { state.withLock { $0.sentBytes } }

  /// How many layers were not put in, since the other side has them.
  var layersLeftOut: Int { state.withLock { $0.layersLeftOut } }

  var isClosed: Bool { state.withLock { $0.isClosed } }

  /// Since when the other side owes a sign of life; nil if there is nothing for it to do.
  var idleSince: ContinuousClock.Instant? { state.withLock { $0.idleSince } }

  /// The other side has said something.
  func showLife() {
    state.withLock { if $0.idleSince != nil { $0.idleSince = .now } }
  }

  // MARK: Filling

  /// Adds a piece, once there is room.
  func fill(_ piece: ByteBuffer) async {
    await wait(.filling)
    change { state in
      guard !state.isClosed, !state.isComplete else { return }
      state.pieces.append(piece)
      state.waitingBytes += piece.readableBytes
      state.idleSince = state.idleSince ?? .now
    }
  }

  /// A layer is not put in.
  func leaveOutLayer() {
    state.withLock { $0.layersLeftOut += 1 }
  }

  /// There are no more pieces.
  func complete() {
    change { state in
      state.isComplete = true
      state.idleSince = .now
    }
  }

  /// Nobody takes or gives anything any more.
  func close() {
    change { state in
      state.isClosed = true
      (state.pieces, state.first) = ([], 0)
    }
  }

  // MARK: Emptying

  /// The next piece, or nothing at the end.
  ///
  /// - Throws: A `CancellationError` if the task is cancelled, or the lane is closed before its end.
  func next() async throws -> ByteBuffer? {
    await wait(.emptying)
    try Task.checkCancellation()
    defer { wake() }
    return try state.withLock { state in
      if let piece = state.takePiece() { return piece }
      guard state.isComplete, !state.isClosed else { throw CancellationError() }
      return nil
    }
  }

  /// What is sent: the pieces as they come.
  var upload: DockerUpload {
    DockerUpload(produce: { [self] write in
      while let piece = try await next() { try await write(piece) }
    })
  }

  // MARK: Waiting

  /// Waits as long as this side must; not in a task that is cancelled.
  private func wait(_ side: Side) async {
    while !Task.isCancelled, state.withLock({ $0.mustWait(side) }) {
      await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
          let isOver = state.withLock { state in
            guard state.mustWait(side), !Task.isCancelled else { return true }
            state.waiting[side] = continuation
            return false
          }
          if isOver { continuation.resume() }
        }
      } onCancel: {
        wake()
      }
    }
  }

  /// Changes the state, and lets those who wait look at it.
  private func change(_ body: (inout State) -> Void) {
    state.withLock { body(&$0) }
    wake()
  }

  private func wake() {
    let waiting = state.withLock { state in
      defer { state.waiting = [:] }
      return Array(state.waiting.values)
    }
    for continuation in waiting { continuation.resume() }
  }
}
