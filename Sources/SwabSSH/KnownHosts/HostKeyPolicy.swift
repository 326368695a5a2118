/// What to do about the key of a host that isn't known yet; a changed key is an error with each.
public enum HostKeyPolicy: String, Sendable, Hashable, CaseIterable {
  /// A person decides.
  case ask
  /// It is an error.
  case yes
  /// It is trusted and kept.
  case acceptNew = "accept-new"
  /// It is trusted and kept; as `acceptNew`, since a changed key is not accepted here either.
  case no

  /// Reads a value of StrictHostKeyChecking, whose synonyms `off` is one of too.
  public init?(configured text: String) {
    switch text.lowercased() {
    case "on", "true": self = .yes
    case "off", "false": self = .no
    case let text: self.init(rawValue: text)
    }
  }
}

/// The question whether an unknown key may be trusted.
public struct HostKeyQuestion: Sendable {
  /// How the person calls the host.
  public var host: String
  /// Its address, as known_hosts will have it.
  public var address: String
  /// Its port.
  public var port: Int
  /// The key it showed.
  public var key: SSHPublicKey
}
