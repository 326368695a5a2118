import Testing

@testable import Swab

@Suite("The moments that logs begin and end at")
struct LogMomentTests {
  private let now = DockerDate(seconds: 1_795_465_344)

  @Test(
    "they have docker's forms",
    arguments: [
      ("10m", 1_795_464_744, 0), ("1h30m", 1_795_459_944, 0), ("0s", 1_795_465_344, 0),
      ("1.5s", 1_795_465_342, 500_000_000), ("250ms", 1_795_465_343, 750_000_000),
      ("1795465344", 1_795_465_344, 0), ("1795465344.5", 1_795_465_344, 500_000_000), ("0", 0, 0),
      ("2026-11-23T20:22:26Z", 1_795_465_346, 0),
      ("2026-11-23T22:22:26.25+02:00", 1_795_465_346, 250_000_000),
    ]
  )
  func forms(_ text: String, _ seconds: Int, _ nanoseconds: Int) throws {
    let moment = try LogMoment.read(text, flag: "--since", now: now)
    #expect(moment == DockerDate(seconds: seconds, nanoseconds: nanoseconds))
  }

  @Test("without a zone they are of this machine's", arguments: ["2026-11-23", "2026-11-23T00:00"])
  func local(_ text: String) throws {
    let moment = try LogMoment.read(text, flag: "--since", now: now)
    let midnight = try #require(DockerDate("2026-11-23T00:00:00Z"))
    #expect(abs(moment.seconds - midnight.seconds) <= 14 * 3600)
  }

  @Test("anything else is refused", arguments: ["", "soon", "10x", "m", "-5m", "2026-13-01"])
  func mistakes(_ text: String) throws {
    let error = try #require(throws: UsageError.self) {
      try LogMoment.read(text, flag: "--since", now: now)
    }
    #expect(error.message == "--since: '\(text)' is no moment")
  }

  @Test("with all digits of their fraction they stand in columns")
  func inFull() {
    #expect(DockerDate(seconds: 0, nanoseconds: 5000).inFull == "1970-01-01T00:00:00.000005000Z")
  }
}
