import NIOCore

/// Runs async code on an event loop.
///
/// What talks to a connection in many small steps, such as a login, runs there as a whole: each
/// step would otherwise wake a thread twice, which costs more than most of the steps do.
final class EventLoopExecutor: TaskExecutor {
  private let eventLoop: any EventLoop

  init(_ eventLoop: any EventLoop) {
    self.eventLoop = eventLoop
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    eventLoop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
