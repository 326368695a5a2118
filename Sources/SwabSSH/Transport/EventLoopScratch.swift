import NIOPosix

/// Memory for the moment of a read, one per event loop: one per connection would be felt with a
/// thousand of them.
final class EventLoopScratch {
  /// Reads go into this one.
  let memory = UnsafeMutableBufferPointer<CChar>.allocate(capacity: 32 * 1024)

  // Never changed itself, and each thread sees only its own value.
  nonisolated(unsafe) private static let variable = ThreadSpecificVariable<EventLoopScratch>()

  /// The one of this event loop.
  static var current: EventLoopScratch {
    if let existing = variable.currentValue { return existing }
    let made = EventLoopScratch()
    variable.currentValue = made
    return made
  }

  deinit { memory.deallocate() }
}
