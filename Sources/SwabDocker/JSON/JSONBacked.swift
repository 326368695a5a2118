/// A typed view of what the engine answered.
///
/// The properties look into `raw` when they are asked: most programs read a few of an answer's many
/// fields. A field that the engine left out, as newer ones do with old fields, reads as nothing or
/// as empty, never as a failure.
public protocol JSONBacked: Sendable {
  /// The whole answer, with the fields that have no property here.
  var raw: JSONValue { get }

  /// A view of that value.
  init(raw: JSONValue)
}

extension JSONBacked {
  func text(_ key: String) -> String {
    raw[key]?.string ?? ""
  }

  func optionalText(_ key: String) -> String? {
    guard let text = raw[key]?.string, !text.isEmpty else { return nil }
    return text
  }

  func flag(_ key: String) -> Bool {
    raw[key]?.bool ?? false
  }

  func texts(_ key: String) -> [String] {
    raw[key]?.array?.compactMap(\.string) ?? []
  }

  func textsByName(_ key: String) -> [String: String] {
    raw[key]?.object?.dictionary.compactMapValues(\.string) ?? [:]
  }

  func view<View: JSONBacked>(_ key: String) -> View? {
    guard let value = raw[key], value.object != nil else { return nil }
    return View(raw: value)
  }

  func views<View: JSONBacked>(_ key: String) -> [View] {
    raw[key]?.array?.map { View(raw: $0) } ?? []
  }

  func date(_ key: String) -> DockerDate? {
    raw[key]?.string.flatMap { DockerDate($0) }
  }
}
