/// An argument that a task declares: `"tag"`, or `"force=no"` with a default.
struct TaskParameter: Sendable, Hashable {
  /// What its values look like.
  enum Form: Sendable, Hashable {
    case text
    case wholeNumber
    case yesOrNo
  }

  var name: String
  var defaultValue: String?
  var form = Form.text

  init(_ text: String) {
    guard let equals = text.firstIndex(of: "=") else {
      (name, defaultValue) = (text, nil)
      return
    }
    name = String(text[..<equals])
    defaultValue = String(text[text.index(after: equals)...])
  }

  /// As a usage line shows it: `tag` or `[force=no]`.
  var usage: String {
    defaultValue.map { "[\(name)=\(SecretKeys.isSecret(name) ? SecretKeys.mask : $0)]" } ?? name
  }
}

/// The arguments of one call of a task, each by its declared name; the values are text.
public struct TaskArguments: Sendable {
  let values: [String: String]
  let task: String

  /// The values of arguments that are called like a secret, which are never shown.
  var secrets: [String] { values.filter { SecretKeys.isSecret($0.key) }.map(\.value) }

  /// An argument's value, its default if the call left it out, nil if the task declares no such
  /// argument.
  public subscript(name: String) -> String? { values[name] }

  /// An argument that must be there.
  ///
  /// - Parameter name: A name that the task declares.
  /// - Returns: The value given, or the default.
  /// - Throws: ``TaskError`` if the task declares no such argument.
  public func string(_ name: String) throws(TaskError) -> String {
    guard let value = values[name] else {
      throw TaskError.undeclaredArgument(name, of: task, declared: values.keys.sorted())
    }
    return value
  }

  /// An argument that is a whole number.
  ///
  /// - Parameter name: A name that the task declares.
  /// - Returns: The number.
  /// - Throws: ``TaskError`` if it is none.
  public func int(_ name: String) throws(TaskError) -> Int {
    let text = try string(name)
    guard let number = Int(text) else { throw TaskError.badArgument(name, text, "a whole number") }
    return number
  }

  /// An argument that means yes or no.
  ///
  /// - Parameter name: A name that the task declares.
  /// - Returns: True for `yes`, `true`, `on` and `1`, false for `no`, `false`, `off`, `0` and the
  ///   empty text.
  /// - Throws: ``TaskError`` if it is neither.
  public func bool(_ name: String) throws(TaskError) -> Bool {
    let text = try string(name)
    switch text.lowercased() {
    case "yes", "true", "on", "1", "y": return true
    case "no", "false", "off", "0", "n", "": return false
    default: throw TaskError.badArgument(name, text, "yes or no")
    }
  }

  /// Checks that an argument has the form that its declaration asks for.
  func check(_ parameter: TaskParameter) throws(TaskError) {
    switch parameter.form {
    case .text: break
    case .wholeNumber: _ = try int(parameter.name)
    case .yesOrNo: _ = try bool(parameter.name)
    }
  }
}
