/// What a `.dockerignore` leaves out of a build's context, by the rules of the docker CLI.
///
/// A line is a pattern for paths: `*` stands for anything but a slash, `?` for one such character,
/// `**` for folders however deep, `[a-z]` for one of these characters. It is about what matches,
/// and about all that is in a folder that matches. One that begins with `!` brings back in what
/// lines before it leave out; the last line that matches counts. Case matters.
///
/// An excluded folder is looked into only if a line with `!` begins with its very name: `*` and
/// `!*/b.py` therefore leave out everything.
public struct DockerIgnore: Sendable {
  /// Which lines a folder matches; what is in it matches them, too.
  struct Matches {
    fileprivate var lines: [Bool]
  }

  private struct Line: Sendable {
    var pattern: IgnorePattern
    var bringsBack: Bool
  }

  private let lines: [Line]

  /// Reads the text of a `.dockerignore`.
  ///
  /// - Parameter text: The text. Empty lines and those that begin with `#` count for nothing.
  /// - Throws: A ``DockerError`` with code `invalidArgument` that names the pattern that is none.
  public init(parsing text: String) throws {
    // Scalars, since to characters CR LF is one, and a mark can hide what it stands on.
    var scalars = text.unicodeScalars[...]
    if scalars.first == "\u{FEFF}" { scalars = scalars.dropFirst() }
    let texts = scalars.split(separator: "\n").filter { $0.first != "#" }
    try self.init(scalars: texts)
  }

  /// What these patterns leave out.
  ///
  /// - Parameter patterns: The patterns, as they stand in lines; none is a comment.
  /// - Throws: A ``DockerError`` with code `invalidArgument` that names the pattern that is none.
  public init(patterns: [String]) throws {
    try self.init(scalars: patterns.map { $0.unicodeScalars[...] })
  }

  private init(scalars texts: [Substring.UnicodeScalarView]) throws {
    lines = try texts.compactMap { text in
      var pattern = Self.trimmed(Array(text)[...])
      guard !pattern.isEmpty else { return nil }
      let bringsBack = pattern.first == "!"
      if bringsBack { pattern = Self.trimmed(pattern.dropFirst()) }
      let path = Self.cleaned(Array(pattern))
      guard !path.isEmpty else {
        throw DockerError.invalidArgument("illegal exclusion pattern in .dockerignore: \"!\"")
      }
      return Line(pattern: try IgnorePattern(path), bringsBack: bringsBack)
    }
  }

  /// The patterns of a folder's own `.dockerignore`; nothing if it has none.
  ///
  /// It reads a file, which may block.
  static func inFolder(_ path: String) throws -> DockerIgnore? {
    let place = LocalFiles.join(Array(path.utf8), Array(".dockerignore".utf8))
    guard let bytes = try LocalFiles.contents(of: place) else { return nil }
    return try DockerIgnore(parsing: String(decoding: bytes, as: UTF8.self))
  }

  /// Whether a file is left out.
  ///
  /// - Parameter path: The path from the folder of the context on, with slashes.
  /// - Returns: Whether it is, be it for its own sake or since no folder leads to it.
  public func excludes(_ path: String) -> Bool {
    let parts = TarEntry.parts(of: Array(path.utf8))
    var matches: Matches?
    var place: [UInt8] = []
    for (index, part) in parts.enumerated() {
      place = LocalFiles.join(place, part)
      let verdict = judge(place, parent: matches)
      if index == parts.count - 1 { return verdict.isExcluded }
      if verdict.isExcluded, !mayEnter(place) { return true }
      matches = verdict.matches
    }
    return false
  }

  /// Whether something is left out, going by what its folder matches.
  func judge(_ path: [UInt8], parent: Matches?) -> (isExcluded: Bool, matches: Matches) {
    let path = Array(String(decoding: path, as: UTF8.self).unicodeScalars)
    var isExcluded = false
    var matches = Matches(lines: Array(repeating: false, count: lines.count))
    for (index, line) in lines.enumerated() {
      // A line that would change nothing isn't tried, also not for what is in the folder: so the
      // CLI does it, and there are patterns where it shows.
      let isMatch =
        parent?.lines[index] == true
        || line.bringsBack == isExcluded && line.pattern.matches(path)
      matches.lines[index] = isMatch
      if isMatch { isExcluded = !line.bringsBack }
    }
    return (isExcluded, matches)
  }

  /// Whether something in an excluded folder may be brought back.
  func mayEnter(_ folder: [UInt8]) -> Bool {
    let start = Array(String(decoding: folder, as: UTF8.self).unicodeScalars) + ["/"]
    return lines.contains { $0.bringsBack && ($0.pattern.text + ["/"]).starts(with: start) }
  }
}

// MARK: - Lines

extension DockerIgnore {
  private typealias Scalars = ArraySlice<Unicode.Scalar>

  private static func trimmed(_ text: Scalars) -> Scalars {
    let start = text.drop { $0.properties.isWhitespace }
    let end = start.lastIndex { !$0.properties.isWhitespace }
    return end.map { start[...$0] } ?? []
  }

  /// A path without empty parts, dots, and `..` after a name; one slash in front doesn't count.
  private static func cleaned(_ path: [Unicode.Scalar]) -> [Unicode.Scalar] {
    guard !path.isEmpty else { return [] }
    let isAbsolute = path.first == "/"
    var parts: [Scalars] = []
    for part in path.split(separator: "/") where part != ["."] {
      if part != [".", "."] {
        parts.append(part)
      } else if let last = parts.last, last != [".", "."] {
        parts.removeLast()
      } else if !isAbsolute {
        parts.append(part)
      }
    }
    if parts.isEmpty { return [isAbsolute ? "/" : "."] }
    return Array(parts.joined(separator: ["/"]))
  }
}
