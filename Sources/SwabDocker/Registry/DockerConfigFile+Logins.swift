// The forms in which logins stand in files, the oldest of which is of 2013.

extension DockerConfigFile {
  /// The logins of a `.dockercfg`, which had nothing else in it.
  static func topLevelLogins(_ fields: JSONObject) -> JSONObject {
    var logins = JSONObject()
    fields.forEach { key, value in
      if value["auth"] != nil { logins[key] = value }
    }
    return logins
  }

  /// The login of a file of two lines, `auth = …` and `email = …`, which is for Docker Hub.
  static func twoLines(_ text: String) -> JSONObject? {
    var login = JSONObject()
    for line in text.split(whereSeparator: \.isNewline) {
      let sides = line.split(separator: "=", maxSplits: 1).map {
        String($0).trimmingWhiteSpace()
      }
      guard sides.count == 2, ["auth", "email"].contains(sides[0]) else { return nil }
      login[sides[0]] = .string(sides[1])
    }
    guard login["auth"] != nil else { return nil }
    var fields = JSONObject()
    fields[RegistryName.dockerHubKey] = .object(login)
    return fields
  }
}

extension RegistryCredentials {
  /// Why an entry cannot be read, without what stands in it.
  struct BadEntry: Error {
    var reason: String
  }

  /// Reads an entry of `auths`; nil if it names nobody, as where a helper keeps the login.
  init?(_ entry: JSONValue) throws(BadEntry) {
    guard entry.object != nil else { throw BadEntry(reason: "an object is expected") }
    func text(_ key: String) -> String? {
      entry[key]?.string.flatMap { $0.isEmpty ? nil : $0 }
    }
    self.init(username: text("username") ?? "", password: text("password") ?? "")
    if let auth = text("auth") { (username, password) = try Self.user(in: auth) }
    email = text("email")
    identityToken = text("identitytoken")
    registryToken = text("registrytoken")
    if isEmpty { return nil }
  }

  /// Base64 of `user:password`; a user's name has no colon.
  private static func user(in auth: String) throws(BadEntry) -> (String, String) {
    guard let bytes = Base64.decode(auth), let text = String(validating: bytes, as: UTF8.self)
    else {
      throw BadEntry(reason: "auth is no base64")
    }
    guard let colon = text.firstIndex(of: ":"), colon > text.startIndex else {
      throw BadEntry(reason: "auth is no base64 of USER:PASSWORD")
    }
    // Old docker commands wrote zeros at the end.
    let password = text[text.index(after: colon)...].prefix { $0 != "\0" }
    return (String(text[..<colon]), String(password))
  }
}
