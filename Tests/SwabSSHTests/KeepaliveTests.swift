import NIOCore
import Testing

@testable import SwabSSH

@Suite("Keepalive")
struct KeepaliveTests {
  /// What is done at each look, every ten seconds, given the seconds at which the server was heard.
  static let cases: [(heard: [Int64], actions: [Keepalive.Action])] = [
    ([], [.ask, .ask, .ask, .giveUp(silence: .seconds(40))]),
    ([10, 20, 30, 40], [.nothing, .nothing, .nothing, .nothing]),
    // Answers to questions: an idle server is asked for ever.
    ([11, 21, 31, 41], [.ask, .ask, .ask, .ask, .ask]),
    // Its own output between two questions is an answer, too.
    ([25], [.ask, .ask, .ask, .ask, .ask, .giveUp(silence: .seconds(35))]),
    ([26], [.ask, .ask, .nothing, .ask, .ask, .ask, .giveUp(silence: .seconds(44))]),
  ]

  @Test(
    "a silent server is asked, and given up after so many unanswered questions",
    arguments: cases
  )
  func ticks(heard: [Int64], actions: [Keepalive.Action]) {
    let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
    var keepalive = Keepalive(every: .seconds(10), count: 3, now: start)
    for (index, expected) in actions.enumerated() {
      let second = Int64(index + 1) * 10
      let last = heard.last { $0 <= second } ?? 0
      let action = keepalive.tick(
        now: start + .seconds(second),
        lastInbound: start + .seconds(last)
      )
      #expect(action == expected, "after \(second) s")
    }
  }

  @Test("less than two seconds or one question is not to be had")
  func least() {
    let keepalive = Keepalive(every: .milliseconds(100), count: 0, now: .now())
    #expect(keepalive.pause == .seconds(2))
    #expect(keepalive.count == 1)
  }
}
