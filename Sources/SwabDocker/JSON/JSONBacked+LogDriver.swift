extension JSONBacked {
  func logDriver(_ key: String) -> LogDriver? {
    guard let name = raw[key]?["Name"]?.string, !name.isEmpty else { return nil }
    let options = raw[key]?["Options"]?.object?.dictionary ?? [:]
    return LogDriver(name, options: options.compactMapValues(\.string))
  }
}

extension LogDriver {
  /// Services call the parts otherwise than containers.
  var serviceForm: JSONValue {
    ["Name": .string(name), "Options": .texts(options)]
  }
}
