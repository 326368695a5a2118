/// What the compiler printed, read for hints; what a person sees is the original, without what only
/// leads away from the errors.
struct CompilerOutput {
  /// Where a message points, and what it says.
  struct Message: Equatable {
    var file: String
    var line: Int
    /// In bytes, from one.
    var column: Int
    /// `error`, `warning` or `note`.
    var kind: String
    var text: String
  }

  /// The messages with a place, in their order.
  let messages: [Message]
  /// Everything, without colours.
  let text: String

  init(_ bytes: [UInt8]) {
    text = Self.withoutColours(String(decoding: bytes, as: UTF8.self))
    messages = text.split(separator: "\n").compactMap { Self.message(in: $0) }
  }

  var errors: [Message] { messages.filter { $0.kind == "error" } }

  /// The errors of people's own files; the entry point's are about something that is missing there.
  var errorsInSources: [Message] {
    errors.filter { !Self.isEntryPoint($0) }
  }

  var errorsInEntryPoint: [Message] {
    errors.filter { Self.isEntryPoint($0) }
  }

  /// The lines of what the compiler printed, without those that lead away from the errors.
  ///
  /// Warnings can wait for a fabfile that compiles, and what isn't found has no type to infer. Each
  /// message goes with the lines under it.
  func withoutNoise(_ bytes: [UInt8]) -> [UInt8] {
    guard !errors.isEmpty else { return bytes }
    let lacksName = errors.contains { $0.text.contains(inOrder: ["cannot find '", "in scope"]) }
    var shown: [UInt8] = []
    var isNoise = false
    var rest = bytes[...]
    while !rest.isEmpty {
      let end = rest.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? rest.endIndex
      let line = Self.withoutColours(String(decoding: rest[..<end], as: UTF8.self))
      if let message = Self.message(in: line.dropLast(line.hasSuffix("\n") ? 1 : 0)) {
        switch message.kind {
        case "error": isNoise = lacksName && Self.isAboutInference(message)
        case "warning": isNoise = true
        default: break
        }
      } else if !Self.belongsToMessage(line) {
        isNoise = false
      }
      if !isNoise { shown += rest[..<end] }
      rest = rest[end...]
    }
    return shown
  }

  private static func isAboutInference(_ message: Message) -> Bool {
    message.text.contains(inOrder: ["generic parameter '", "could not be inferred"])
  }

  /// Whether a line goes with the message above it: ` 4 | task("a")`, `   |   ^`, an empty one, or
  /// the footnote of a warning, `[#no-usage]: <https://…>`.
  private static func belongsToMessage(_ line: some StringProtocol) -> Bool {
    let text = line.drop { $0.isWhitespace || $0.isNumber }
    return text.isEmpty || text.hasPrefix("|") || text.hasPrefix("[#")
  }

  private static func isEntryPoint(_ message: Message) -> Bool {
    lastComponent(of: message.file) == Compiler.entryPointName
  }

  /// Reads `Fabfile.swift:5:14: error: cannot find 'x' in scope`.
  private static func message(in line: Substring) -> Message? {
    guard !belongsToMessage(line) else { return nil }
    for kind in ["error", "warning", "note"] {
      guard let (place, text) = split(line, at: ": \(kind): ") else { continue }
      let parts = place.split(separator: ":")
      guard parts.count >= 3, let number = Int(parts[parts.count - 2]),
        let column = Int(parts[parts.count - 1])
      else { continue }
      let file = parts.dropLast(2).joined(separator: ":")
      return Message(file: file, line: number, column: column, kind: kind, text: String(text))
    }
    return nil
  }

  private static func split(
    _ line: Substring,
    at separator: String
  ) -> (before: Substring, after: Substring)? {
    let (bytes, wanted) = (Array(line.utf8), Array(separator.utf8))
    guard bytes.count >= wanted.count else { return nil }
    for start in 0...(bytes.count - wanted.count) where bytes[start...].starts(with: wanted) {
      let end = start + wanted.count
      return (
        Substring(decoding: bytes[..<start], as: UTF8.self),
        Substring(decoding: bytes[end...], as: UTF8.self)
      )
    }
    return nil
  }

  /// Drops the sequences `ESC [ … letter`.
  private static func withoutColours(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    var scalars = text.unicodeScalars[...]
    while let scalar = scalars.popFirst() {
      guard scalar == "\u{1B}" else {
        result.append(scalar)
        continue
      }
      scalars = scalars.drop { !$0.properties.isAlphabetic }.dropFirst()
    }
    return String(result)
  }
}

extension String {
  /// Whether the parts occur in this order.
  func contains(inOrder parts: [String]) -> Bool {
    var rest = Array(utf8)[...]
    for part in parts {
      let wanted = Array(part.utf8)
      while !rest.starts(with: wanted) {
        guard rest.popFirst() != nil else { return false }
      }
      rest = rest.dropFirst(wanted.count)
    }
    return true
  }
}
