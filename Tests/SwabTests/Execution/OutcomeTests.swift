import SwabSSH
import Testing

@testable import Swab

@Suite("Outcomes for hosts that are not their own")
struct OutcomeTests {
  private func target(_ name: String) -> HostTarget {
    HostTarget(
      name: name,
      endpoint: Endpoint(user: "me", address: name, port: 22),
      environment: .defaults,
      ssh: SSHConfiguration().settings(for: name, localUser: "me", home: "/"),
      roles: []
    )
  }

  private func outcome(_ state: TaskOutcome.State, _ error: (any Error)?) -> TaskOutcome {
    TaskOutcome(
      host: "h1",
      state: state,
      value: error == nil ? 7 : nil,
      error: error,
      duration: .seconds(1),
      task: "once",
      key: target("h1").key
    )
  }

  @Test("a failure of the first host is no state of the others, and keeps its cause")
  func moved() throws {
    let lost = SSHError(.unreachable, "no route", host: "h1")
    let moved = outcome(.unreachable, lost).moved(to: target("h2"))
    #expect(moved.host == "h2" && moved.state == .failed && moved.key == target("h2").key)
    let error = try #require(moved.error as? TaskError)
    #expect(error.message == "it runs once, and failed on 'h1': no route")
    #expect((error.cause as? SSHError)?.code == .unreachable)
    #expect(outcome(.unreachable, lost).moved(to: target("h1")).state == .unreachable)
    #expect(
      outcome(.cancelled, CancellationError()).moved(to: target("h2")).state == .cancelled
    )
    #expect(try outcome(.ok, nil).moved(to: target("h2")).value(as: Int.self) == 7)
  }

  @Test("the hint of what has failed stays one")
  func hint() {
    let own = TaskError(.tunnelFailed, "no socket", host: "h1", hint: "start it")
    let error = TaskError("the source 'h1' failed", because: own, on: "h1")
    #expect(error.description == "the source 'h1' failed: no socket\nhint: start it")
  }
}
