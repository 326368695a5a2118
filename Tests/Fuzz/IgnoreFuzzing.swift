@testable import SwabDocker

/// The input is a file of patterns, a zero, and a path.
///
/// A pattern that takes time without end shows as an input that libFuzzer gives up.
enum IgnoreFuzzing {
  static func check(_ input: [UInt8]) {
    let parts = input.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
    let patterns = String(decoding: parts[0], as: UTF8.self)
    let path = parts.count > 1 ? String(decoding: parts[1], as: UTF8.self) : "a/b"
    guard let rules = try? DockerIgnore(parsing: patterns) else { return }
    let isExcluded = rules.excludes(path)
    guard isExcluded, !patterns.contains("!"), !path.hasSuffix("/") else { return }
    // Where nothing is brought back, what is in an excluded folder is excluded.
    precondition(rules.excludes(path + "/x"), "a file escapes from an excluded folder")
  }
}
