/// A line of a container's `/etc/hosts`.
public struct ExtraHost: Sendable, Hashable {
  /// The host's name.
  public var name: String
  /// Its address; `host-gateway` stands for the host's own.
  public var address: String

  /// A name and its address.
  public init(_ name: String, address: String) {
    self.name = name
    self.address = address
  }

  /// Reads a text such as `db:192.0.2.7`, `db=192.0.2.7` or `db:2001:db8::7`.
  ///
  /// - Parameter text: The name and the address.
  /// - Throws: A ``DockerError`` with code `invalidArgument`.
  public init(parsing text: String) throws {
    guard let sign = text.firstIndex(where: { $0 == ":" || $0 == "=" }) else {
      throw Self.failure(text)
    }
    name = String(text[..<sign])
    address = String(text[text.index(after: sign)...])
    guard !name.isEmpty, !address.isEmpty else { throw Self.failure(text) }
  }

  /// As containers take it; services want `address name`.
  var containerForm: String { "\(name):\(address)" }

  private static func failure(_ text: String) -> DockerError {
    .invalidArgument("'\(text)' is no host such as db:192.0.2.7")
  }
}
