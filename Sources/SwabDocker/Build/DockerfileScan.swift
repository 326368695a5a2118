/// What has to be known of a Dockerfile before it is built: the images it names, and what it demands
/// of the builder.
///
/// It reads no more than that, and what it doesn't understand it leaves to the engine.
struct DockerfileScan: Sendable {
  /// The images of `FROM`, `COPY --from` and `RUN --mount`, but for stages of its own.
  private(set) var images: [String] = []
  /// The frontend that is to read it, from `# syntax=`.
  private(set) var frontend: String?
  /// The kinds of mounts that come from who builds: `secret` and `ssh`.
  private(set) var mounts: [String] = []

  private var stages: [String] = []
  private var variables: [String: String]
  private let arguments: [String: String?]

  /// Reads a Dockerfile.
  ///
  /// - Parameters:
  ///   - text: The Dockerfile.
  ///   - arguments: The values that the build has for `ARG`.
  init(_ text: String, arguments: [String: String?] = [:]) {
    self.arguments = arguments
    variables = [:]
    var escape: Unicode.Scalar = "\\"
    var scalars = text.unicodeScalars[...]
    if scalars.first == "\u{FEFF}" { scalars.removeFirst() }
    var lines = scalars.split(separator: "\n", omittingEmptySubsequences: false)
      .map { String($0).trimmingWhiteSpace() }[...]
    while let (name, value) = lines.first.flatMap(Self.directive) {
      if name == "syntax" { frontend = value }
      if name == "escape", let scalar = value.unicodeScalars.first { escape = scalar }
      lines.removeFirst()
    }
    while !lines.isEmpty { read(Self.instruction(&lines, escape)) }
  }

  /// `# name=value`, which only counts before anything else.
  private static func directive(_ line: String) -> (name: String, value: String)? {
    guard line.hasPrefix("#") else { return nil }
    let sides = line.dropFirst().split(separator: "=", maxSplits: 1).map {
      String($0).trimmingWhiteSpace()
    }
    guard sides.count == 2, !sides[0].contains(where: \.isWhitespace) else { return nil }
    return (sides[0].lowercased(), sides[1])
  }

  /// The words of an instruction, which may go on in further lines.
  private static func instruction(
    _ lines: inout ArraySlice<String>,
    _ escape: Unicode.Scalar
  ) -> [Substring] {
    var text = ""
    while let line = lines.popFirst() {
      if line.hasPrefix("#") || line.isEmpty {
        if text.isEmpty { return [] }
        continue
      }
      guard line.unicodeScalars.last == escape else {
        text += line
        break
      }
      text += line.dropLast() + " "
    }
    return text.split(whereSeparator: \.isWhitespace)
  }

  private mutating func read(_ words: [Substring]) {
    guard let instruction = words.first?.uppercased() else { return }
    let flags = words.dropFirst().prefix { $0.hasPrefix("--") }
    let rest = words.dropFirst(1 + flags.count)
    switch instruction {
    case "ARG" where stages.isEmpty: rest.forEach { declare($0) }
    case "FROM": begin(rest)
    case "COPY", "ADD":
      for flag in flags where flag.hasPrefix("--from=") { add(String(flag.dropFirst(7))) }
    case "RUN":
      for flag in flags where flag.hasPrefix("--mount=") { readMount(flag.dropFirst(8)) }
    default: break
    }
  }

  private mutating func declare(_ argument: Substring) {
    let sides = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(sides[0])
    let usual = sides.count > 1 ? sides[1].filter { $0 != "\"" && $0 != "'" } : nil
    variables[name] = (arguments[name] ?? nil) ?? usual.map { expanded($0) }
  }

  private mutating func begin(_ words: ArraySlice<Substring>) {
    guard let image = words.first else { return }
    add(expanded(String(image)))
    let isNamed = words.count >= 3 && words.dropFirst().first?.uppercased() == "AS"
    // A stage without a name counts as one, too.
    stages.append(isNamed ? words.dropFirst(2).first.map { $0.lowercased() } ?? "" : "")
  }

  private mutating func readMount(_ text: Substring) {
    var fields: [String: String] = [:]
    for field in text.split(separator: ",") {
      let sides = field.split(separator: "=", maxSplits: 1)
      if sides.count == 2 { fields[sides[0].lowercased()] = String(sides[1]) }
    }
    if let type = fields["type"]?.lowercased(), ["secret", "ssh"].contains(type) {
      mounts.append(type)
    }
    if let image = fields["from"] { add(image) }
  }

  private mutating func add(_ image: String) {
    let isStage = Int(image) != nil || stages.contains(image.lowercased())
    guard !isStage, !image.isEmpty, image != "scratch", !images.contains(image) else { return }
    images.append(image)
  }

  /// The text with its variables: `$NAME`, `${NAME}`, `${NAME:-other}` and `${NAME:+other}`.
  private func expanded(_ text: String) -> String {
    var result = ""
    var rest = text[...]
    while let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      rest = rest[rest.index(after: dollar)...]
      let isBraced = rest.first == "{"
      if isBraced { rest.removeFirst() }
      let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
      rest = rest[name.endIndex...]
      var value = variables[String(name)] ?? ""
      if isBraced {
        let word = rest.prefix { $0 != "}" }
        rest = rest[word.endIndex...].dropFirst()
        if word.hasPrefix(":-"), value.isEmpty { value = String(word.dropFirst(2)) }
        if word.hasPrefix(":+"), !value.isEmpty { value = String(word.dropFirst(2)) }
      }
      result += value
    }
    return result + rest
  }
}
