import Foundation
import Testing

@testable import SwabDocker

@Suite("Values")
struct ValueTests {
  @Test(
    "dates with 0 to 9 digits of a fraction, with Z and with an offset (DE-42)",
    arguments: [
      ("1970-01-01T00:00:00Z", 0, 0),
      ("2026-11-23T20:22:26.745046977Z", 1_795_465_346, 745_046_977),
      ("2026-11-23T20:22:26.7Z", 1_795_465_346, 700_000_000),
      ("2026-11-23T20:22:26.74Z", 1_795_465_346, 740_000_000),
      ("2026-11-23T20:22:26.7250902Z", 1_795_465_346, 725_090_200),
      ("2026-11-23T20:22:26Z", 1_795_465_346, 0),
      ("2026-11-23T22:22:26.5+02:00", 1_795_465_346, 500_000_000),
      ("2026-11-23T14:52:26-05:30", 1_795_465_346, 0),
      ("2024-02-29T23:59:59Z", 1_709_251_199, 0), ("2000-02-29T00:00:00Z", 951_782_400, 0),
      ("1969-12-31T23:59:59.25Z", -1, 250_000_000), ("1900-03-01T00:00:00Z", -2_203_891_200, 0),
      ("2016-12-31T23:59:60Z", 1_483_228_800, 0),
    ]
  )
  func dates(_ text: String, _ seconds: Int, _ nanoseconds: Int) throws {
    let date = try #require(DockerDate(text))
    #expect(date == DockerDate(seconds: seconds, nanoseconds: nanoseconds))
    #expect(DockerDate(date.description) == date)
  }

  @Test(
    "what is no date, and the date that means never (DE-42)",
    arguments: [
      "", "0001-01-01T00:00:00Z", "2026-11-23", "2026-11-23T20:22:26", "2026-11-23 20:22:26Z",
      "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z",
      "1900-02-29T00:00:00Z", "2026-01-32T00:00:00Z", "2026-01-01T24:00:00Z",
      "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z", "2026-01-01T00:00:00.Z",
      "2026-01-01T00:00:00.0123456789Z", "2026-01-01T00:00:00+2:00", "2026-01-01T00:00:00Zx",
      "2026-1-1T00:00:00Z", "２026-01-01T00:00:00Z",
    ]
  )
  func noDates(_ text: String) {
    #expect(DockerDate(text) == nil)
  }

  @Test(
    "dates agree with Foundation's",
    arguments: Array(stride(from: -3_000_000_000, to: 5e9, by: 86_399_999))
  )
  func foundation(_ seconds: Double) {
    let text = Date(timeIntervalSince1970: seconds).ISO8601Format()
    #expect(DockerDate(secondsSince1970: seconds).description == text)
    #expect(DockerDate(text)?.secondsSince1970 == seconds)
  }

  @Test("dates in queries keep their nanoseconds (DE-47)")
  func queries() {
    #expect(DockerDate(seconds: 5).queryValue == "5")
    #expect(DockerDate(seconds: 5, nanoseconds: 745).queryValue == "5.000000745")
  }

  @Test(
    "API versions compare by their numbers",
    arguments: [("1.9", "1.10"), ("v1.24", "1.40"), ("1.41", "1.41.0"), ("1", "1.1")]
  )
  func versions(_ left: String, _ right: String) throws {
    let (left, right) = (try #require(APIVersion(left)), try #require(APIVersion(right)))
    #expect(left <= right)
    #expect((left == right) == (right == APIVersion(1, 41)))
  }

  @Test(
    "no API versions",
    arguments: ["", "v", "1.", ".1", "a.b", "1.2.3", "1.2.0.0", "-1.2", "auto"]
  )
  func noVersions(_ text: String) {
    #expect(APIVersion(text) == nil)
  }

  @Test("filters become the engine's map of lists (DE-21)")
  func filters() {
    let filters: DockerFilters = [
      "label": ["a=b", "größe=ü"], "dangling": true, "exited": 3, "name": "x\"y",
    ]
    #expect(
      filters.encoded
        == #"{"dangling":["true"],"exited":["3"],"label":["a=b","größe=ü"],"name":["x\"y"]}"#
    )
  }

  @Test("paths and queries are encoded so that nothing in them leads elsewhere")
  func encoding() throws {
    let path = { try DockerCall.container($0, "/json", .GET).path }
    #expect(try path("/web.1_a-b~") == "/containers/web.1_a-b~/json")
    #expect(try path("a/../b?x#y z") == "/containers/a%2F..%2Fb%3Fx%23y%20z/json")
    #expect(try path("ü%41") == "/containers/%C3%BC%2541/json")
    #expect(
      try DockerCall.image("r.example:5000/a/b@sha256:0f", "/json", .GET).path
        == "/images/r.example:5000/a/b@sha256:0f/json"
    )
    #expect(PathEncoding.query([("a", "b c&d=e+f"), ("ü", "")]) == "?a=b%20c%26d%3De%2Bf&%C3%BC=")
  }

  @Test("names that would change the path are refused", arguments: ["", "/", ".", "..", "/.."])
  func noContainers(_ name: String) {
    let error = #expect(throws: DockerError.self) { try DockerCall.container(name, "", .DELETE) }
    #expect(error?.code == .invalidArgument)
  }

  @Test(
    "image names that would change the path are refused",
    arguments: ["", "/a", "a/", "a//b", "a/../b"]
  )
  func noImages(_ name: String) {
    let error = #expect(throws: DockerError.self) { try DockerCall.image(name, "", .DELETE) }
    #expect(error?.code == .invalidArgument)
  }

  @Test(
    "sizes: only -1 stands for no limit",
    arguments: ["-1g", "-1b", "-2", "-1.0", "-1k", "--1"]
  )
  func negativeSizes(_ text: String) throws {
    #expect(throws: DockerError.self) { try ByteSize(parsing: text) }
    #expect(try ByteSize(parsing: "-1").bytes == -1)
  }

  @Test("variables: an error names none of their values")
  func variables() throws {
    let error = #expect(throws: DockerError.self) {
      try ContainerSpec.environment(parsing: ["A=1", "=hunter2"])
    }
    #expect(error?.message == "variable 2 has no name, as in NAME=value")
    let texts = ["A=\u{301}x", "B", "C=a=b", "D="]
    let read: [String: String?] = ["A": "\u{301}x", "B": nil, "C": "a=b", "D": ""]
    #expect(try ContainerSpec.environment(parsing: texts) == read)
    let file = "#\u{301} why\r\nA=\u{301}x\r\n\r\nD=\r\n"
    #expect(try ContainerSpec.environment(file: file) == ["A": "\u{301}x", "D": ""])
  }

  @Test("variables of the process are read as they are")
  func processVariables() throws {
    let entry = try #require(ProcessVariables.parse("A=\u{301}x=y"))
    #expect(entry == ("A", "\u{301}x=y"))
    #expect(ProcessVariables.parse("none") == nil)
    #expect(ProcessVariables.all() == ProcessInfo.processInfo.environment)
  }
}
