import NIOCore

/// The messages of an engine that builds, made of what `docker build` prints.
///
/// Whether that is the classic builder or BuildKit, the program decides. The classic one writes to
/// standard output, and in the end a short id; BuildKit writes lines that begin with `#` to standard
/// error.
struct BuildShape: CommandShape {
  private(set) var head: HTTPReply?
  private var lines = CommandLines()
  private var errorLines = CommandLines()
  /// The image, as far as its id is known.
  private var image: String?

  mutating func output(_ bytes: ByteBuffer) -> ByteBuffer? {
    show(lines.append(bytes))
  }

  mutating func error(_ bytes: ByteBuffer) -> ByteBuffer? {
    show(errorLines.append(bytes).filter { $0.hasPrefix("#") })
  }

  func failure(_ text: String, _ end: CommandEnd) -> DockerError {
    BuildFailure(text, end).error
  }

  mutating func finish(_ end: CommandEnd, _ failure: DockerError?) throws -> ByteBuffer? {
    if let failure, head == nil { throw failure }
    var result = show(lines.finish()) ?? ByteBuffer()
    head = head ?? HTTPReply(status: .ok)
    result.writeImmutableBuffer(.messages(try ProgressShape.messages(of: failure)) ?? ByteBuffer())
    if failure == nil, let image, image.hasPrefix("sha256:") {
      result.writeImmutableBuffer(.messages([Self.result(image)]) ?? ByteBuffer())
    }
    return result
  }

  /// Asks for the whole id, where only its beginning was told.
  var question: DockerCommand? {
    guard let image, !image.hasPrefix("sha256:") else { return nil }
    return DockerCommand(["inspect", "--type=image", "--format={{.Id}}", image])
  }

  mutating func answer(_ output: CommandOutput) -> ByteBuffer? {
    .messages([Self.result(output.lastLine)])
  }

  private mutating func show(_ lines: [String]) -> ByteBuffer? {
    guard !lines.isEmpty else { return nil }
    head = head ?? HTTPReply(status: .ok)
    for line in lines { image = Self.image(in: line) ?? image }
    return .messages(lines.map { ["stream": .string($0 + "\n")] })
  }

  private static func result(_ id: String) -> JSONValue {
    ["aux": ["ID": .string(id)]]
  }

  /// The id in `Successfully built 2aeaab30a78d`, in `#7 writing image sha256:… done`, or in what
  /// `--quiet` leaves.
  private static func image(in line: String) -> String? {
    let words = line.split(separator: " ").map(String.init)
    if words.count == 1, line.hasPrefix("sha256:") { return line }
    if line.hasPrefix("Successfully built "), words.count == 3 { return words[2] }
    guard words.count > 3, words[0].hasPrefix("#") else { return nil }
    let isImage = [["writing", "image"], ["exporting", "manifest"]].contains(Array(words[1...2]))
    return isImage ? words.first { $0.hasPrefix("sha256:") } : nil
  }
}
