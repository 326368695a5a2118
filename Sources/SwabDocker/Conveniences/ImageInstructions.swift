/// The configuration of an image as the instructions of a Dockerfile that make it.
struct ImageInstructions {
  /// The instructions.
  private(set) var lines: [String] = []
  /// Whether they say all of it: an import takes no others, and a line of them has one line.
  private(set) var areAll = true

  /// The fields of an image's configuration that make a difference to its containers.
  private static let names = [
    "User", "ExposedPorts", "Env", "Entrypoint", "Cmd", "Healthcheck", "Volumes", "WorkingDir",
    "OnBuild", "Labels", "StopSignal", "Shell", "ArgsEscaped",
  ]

  /// Those of that configuration which say something, by the engine's own names.
  static func fields(of config: JSONValue) -> JSONObject {
    var fields = JSONObject()
    for name in names { fields[name] = config[name].flatMap { $0.isNull ? .none : $0 } }
    // With none at all, the engine would take that of the container that the image is made of.
    if fields["Entrypoint"] == nil { fields["Entrypoint"] = [] }
    return fields
  }

  /// The instructions that make that configuration.
  init(_ config: JSONValue) {
    let config = JSONPart(raw: config)
    // The entry point first, since setting it takes the command away.
    addWords("ENTRYPOINT", config.raw["Entrypoint"])
    addWords("CMD", config.raw["Cmd"])
    for variable in config.texts("Env") { addPair("ENV", variable) }
    for (name, value) in config.textsByName("Labels").sorted(by: { $0.key < $1.key }) {
      add("LABEL \(DockerfileText.quoted(name))=\(DockerfileText.quoted(value))")
    }
    for port in (config.raw["ExposedPorts"]?.object?.keys ?? []).sorted() {
      addPlain("EXPOSE", port)
    }
    for volume in (config.raw["Volumes"]?.object?.keys ?? []).sorted() {
      addPlain("VOLUME", JSONValue.texts([volume]).description, of: volume)
    }
    if let user = config.optionalText("User") { addPlain("USER", user) }
    if let folder = config.optionalText("WorkingDir") { addPlain("WORKDIR", folder) }
    for trigger in config.texts("OnBuild") { add("ONBUILD \(trigger)") }
    if let check = config.raw["Healthcheck"], !check.isNull { addCheck(JSONPart(raw: check)) }
    // These an import doesn't take.
    if config.optionalText("StopSignal") != nil || !config.texts("Shell").isEmpty { areAll = false }
    if config.flag("ArgsEscaped") { areAll = false }
  }

  private mutating func add(_ line: String) {
    let breaks: Set<Unicode.Scalar> = ["\n", "\r", "\0"]
    if line.unicodeScalars.contains(where: breaks.contains) { areAll = false }
    // At its end a blank is dropped, and a backslash would go on with the next line.
    if line.last == " " || line.last == "\t" || line.last == "\\" { areAll = false }
    lines.append(line)
  }

  private mutating func addWords(_ instruction: String, _ words: JSONValue?) {
    guard let words, words.array?.isEmpty == false else { return }
    add("\(instruction) \(words)")
  }

  private mutating func addPair(_ instruction: String, _ text: String) {
    let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let isName = !sides[0].isEmpty && sides[0].utf8.allSatisfy { !Self.special.contains($0) }
    guard isName, sides.count == 2 else { return areAll = false }
    add("\(instruction) \(sides[0])=\(DockerfileText.quoted(String(sides[1])))")
  }

  /// Adds what the builder might read something into, unless there is nothing to be read.
  private mutating func addPlain(_ instruction: String, _ text: String, of value: String? = nil) {
    let value = value ?? text
    let isPlain = value.utf8.allSatisfy { $0 == UInt8(ascii: " ") || !Self.special.contains($0) }
    if !isPlain || value.first == " " || value.last == " " { areAll = false }
    add("\(instruction) \(text)")
  }

  private mutating func addCheck(_ check: JSONPart) {
    let test = check.texts("Test")
    guard let kind = test.first else { return }
    let rest = Array(test.dropFirst())
    let options = [
      ("interval", "Interval"), ("timeout", "Timeout"), ("start-period", "StartPeriod"),
    ]
    var words = options.compactMap { option, field in
      check.number(field).flatMap { $0 == 0 ? nil : "--\(option)=\($0)ns" }
    }
    if let retries = check.number("Retries"), retries > 0 { words.append("--retries=\(retries)") }
    switch kind {
    case "NONE": words = ["NONE"]
    case "CMD": words += ["CMD", JSONValue.texts(rest).description]
    case "CMD-SHELL" where rest.count == 1 && !rest[0].hasPrefix("["): words += ["CMD", rest[0]]
    default: areAll = false
    }
    if check.number("StartInterval") ?? 0 > 0 { areAll = false }
    add("HEALTHCHECK \(words.joined(separator: " "))")
  }

  private static let special = Set(" \t\n\r\0\"'\\$=".utf8)
}
