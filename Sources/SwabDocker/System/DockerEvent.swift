/// Something that has happened on an engine.
public struct DockerEvent: JSONBacked {
  /// The whole event.
  public let raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// What it happened to: `container`, `image`, `network`, `volume`, `daemon`, and others.
  public var type: String { text("Type") }
  /// What happened, such as `start`, `die` or `exec_create`.
  public var action: String { words.action }
  /// What the engine says of it beside that: the command of an `exec_create`, and for
  /// `health_status` whether the container is `healthy`.
  public var actionDetail: String? { words.detail }
  /// The id of what it happened to; of images mostly a name.
  public var actorID: String { raw["Actor"]?["ID"]?.string ?? "" }
  /// What is said of the thing: its labels, its `name`, its `image`.
  public var attributes: [String: String] {
    raw["Actor"]?["Attributes"]?.object?.dictionary.compactMapValues(\.string) ?? [:]
  }
  /// The name of the thing, if it has one.
  public var name: String? { raw["Actor"]?["Attributes"]?["name"]?.string }
  /// The status that a container has ended with, for `die`.
  public var exitCode: Int? { raw["Actor"]?["Attributes"]?["exitCode"]?.string.flatMap { Int($0) } }
  /// Whether only this engine tells of it, or its swarm: `local` or `swarm`.
  public var scope: String { text("scope") }
  /// When it happened.
  public var time: DockerDate {
    guard timeNano != 0 else { return DockerDate(seconds: raw["time"]?.int ?? 0) }
    return DockerDate(nanosecondsSince1970: timeNano)
  }
  /// When it happened, in nanoseconds since the start of 1970 in UTC.
  public var timeNano: Int { raw["timeNano"]?.int ?? 0 }

  private var words: (action: String, detail: String?) {
    let text = text("Action")
    guard let colon = text.firstIndex(of: ":") else { return (text, nil) }
    let detail = text[text.index(after: colon)...].drop { $0 == " " }
    return (String(text[..<colon]), String(detail))
  }
}

extension DockerDate {
  /// The moment so many nanoseconds after the start of 1970 in UTC.
  init(nanosecondsSince1970 count: Int) {
    let (seconds, rest) = count.quotientAndRemainder(dividingBy: 1_000_000_000)
    self.init(
      seconds: rest < 0 ? seconds - 1 : seconds,
      nanoseconds: rest < 0 ? rest + 1_000_000_000 : rest
    )
  }
}
