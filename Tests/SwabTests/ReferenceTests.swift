import Foundation
import Testing

@testable import Swab

@Suite("docs/Reference.md")
struct ReferenceTests {
  @Test("it lists every key of env that swab reads, the levels of output, and the exit statuses")
  func keys() throws {
    let page = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../docs/Reference.md")
    let text = try String(contentsOf: page, encoding: .utf8)
    for key in EnvKey.all {
      let mark = key.isRunWide ? " †" : ""
      #expect(text.contains("| `\(key.name)`\(mark) |"), "\(key.name)")
    }
    for level in OutputLevel.allCases { #expect(text.contains(level.rawValue), "\(level)") }
    for status in ExitStatus.allCases {
      #expect(text.contains("\n| \(status.rawValue) |"), "\(status)")
    }
  }
}
