internal import CLibYAML

/// What libyaml reports while it reads a text.
struct YAMLEvent {
  enum Kind {
    case streamStart, streamEnd, documentStart, documentEnd, sequenceEnd, mappingEnd
    case alias(String)
    case scalar(YAMLScalar, YAMLProperties)
    case sequenceStart(YAMLProperties)
    case mappingStart(YAMLProperties)
  }

  var kind: Kind
  var location: YAMLLocation
}

/// What may stand before a value: an anchor and a tag.
struct YAMLProperties {
  var anchor: String?
  var tag: String?
}

/// Owns one `yaml_parser_t` and the bytes that it reads.
///
/// The parser lies on the heap, because libyaml stores its address.
struct YAMLEventReader: ~Copyable {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let input: UnsafeMutableBufferPointer<UInt8>
  private let source: YAMLSource

  init(text: String, source: YAMLSource) throws(YAMLError) {
    parser = .allocate(capacity: 1)
    parser.initialize(to: yaml_parser_t())
    input = .allocate(capacity: text.utf8.count)
    _ = input.initialize(fromContentsOf: text.utf8)
    self.source = source
    guard yaml_parser_initialize(parser) == 1 else {
      throw YAMLError("out of memory", at: nil)
    }
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, input.baseAddress, input.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
    input.deallocate()
  }

  /// The next event.
  mutating func next() throws(YAMLError) -> YAMLEvent {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { throw problem() }
    defer { yaml_event_delete(&event) }
    return YAMLEvent(kind: try kind(of: event), location: location(event.start_mark))
  }

  private func location(_ mark: yaml_mark_t) -> YAMLLocation {
    YAMLLocation(source: source, line: Int(mark.line) + 1, column: Int(mark.column) + 1)
  }

  private func kind(of event: yaml_event_t) throws(YAMLError) -> YAMLEvent.Kind {
    switch event.type {
    case YAML_STREAM_START_EVENT: return .streamStart
    case YAML_STREAM_END_EVENT: return .streamEnd
    case YAML_DOCUMENT_START_EVENT: return .documentStart
    case YAML_DOCUMENT_END_EVENT: return .documentEnd
    case YAML_SEQUENCE_END_EVENT: return .sequenceEnd
    case YAML_MAPPING_END_EVENT: return .mappingEnd
    case YAML_ALIAS_EVENT: return .alias(Self.string(event.data.alias.anchor) ?? "")
    case YAML_SEQUENCE_START_EVENT:
      let data = event.data.sequence_start
      return .sequenceStart(Self.properties(data.anchor, data.tag))
    case YAML_MAPPING_START_EVENT:
      let data = event.data.mapping_start
      return .mappingStart(Self.properties(data.anchor, data.tag))
    case YAML_SCALAR_EVENT:
      let data = event.data.scalar
      return .scalar(Self.scalar(data), Self.properties(data.anchor, data.tag))
    default:
      throw YAMLError("libyaml reported something unknown", at: location(event.start_mark))
    }
  }

  private static func string(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    pointer.map { String(cString: $0) }
  }

  private static func properties(
    _ anchor: UnsafeMutablePointer<yaml_char_t>?,
    _ tag: UnsafeMutablePointer<yaml_char_t>?
  ) -> YAMLProperties {
    YAMLProperties(anchor: string(anchor), tag: string(tag))
  }

  private static func scalar(_ data: yaml_event_s.__Unnamed_union_data.__Unnamed_struct_scalar)
    -> YAMLScalar
  {
    // The text may contain NUL (written "\0"), so its length counts, not its end.
    let bytes = UnsafeBufferPointer(start: data.value, count: data.length)
    let text = String(decoding: bytes, as: UTF8.self)
    switch data.style {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE, YAML_DOUBLE_QUOTED_SCALAR_STYLE:
      return YAMLScalar(text, style: .quoted)
    case YAML_LITERAL_SCALAR_STYLE, YAML_FOLDED_SCALAR_STYLE:
      return YAMLScalar(text, style: .block)
    default:
      return YAMLScalar(text, style: .plain)
    }
  }
}

extension YAMLEventReader {
  /// libyaml's own complaint, in a person's words.
  private func problem() -> YAMLError {
    let parser = parser.pointee
    let problem = parser.problem.map { String(cString: $0) } ?? "out of memory"
    let context = parser.context.map { " " + String(cString: $0) } ?? ""
    let place = location(parser.problem_mark)
    let start = location(parser.context_mark)
    // A quote or bracket that nobody closed is noticed only at the end of the file.
    let since =
      context.isEmpty || start.line == place.line ? "" : " that starts on line \(start.line)"
    return YAMLError(
      problem + context + since,
      at: place,
      hint: hint(problem: problem, context: context, at: place)
        ?? (context.isEmpty ? nil : hintOnQuotes(at: start))
    )
  }

  private func hint(problem: String, context: String, at place: YAMLLocation) -> String? {
    let next = source.scalar(line: place.line, column: place.column)
    if context.contains("flow"), next == "[" || Self.hasRange(source.line(place.line) ?? "") {
      return "inside [ ] and { }, a range is written in quotes: \"web[01-20]\""
    }
    if context.contains("flow"), next == ":" {
      return "inside [ ] and { }, text with : is written in quotes"
    }
    if next == "\t" { return "YAML is indented with spaces, not with tabs" }
    if problem.hasPrefix("mapping values are not allowed") {
      return "check the indentation, and put text that contains ': ' in quotes"
    }
    return hintOnQuotes(at: place)
  }

  private func hintOnQuotes(at place: YAMLLocation) -> String? {
    guard let next = source.scalar(line: place.line, column: place.column),
      "@`%*&!|>".unicodeScalars.contains(next)
    else {
      return nil
    }
    return "text that starts with \(next) is written in quotes"
  }

  /// Whether a line has something like `web[01-20]`.
  private static func hasRange(_ line: String) -> Bool {
    zip(line, line.dropFirst()).contains { before, bracket in
      bracket == "[" && (before.isLetter || before.isNumber || before == "-")
    }
  }
}
