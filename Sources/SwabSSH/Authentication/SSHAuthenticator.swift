/// Where a connection gets what it needs to log in.
///
/// The layers above decide on agents, key files and who may be asked; a connection only asks, in
/// the order of the protocol, and counts the questions.
public protocol SSHAuthenticator: Sendable {
  /// The keys to offer, in this order; asked once per attempt to connect.
  func signers() async throws -> [any SSHSigner]

  /// A password, if there is one to give.
  ///
  /// Asked only of servers that offer passwords or keyboard-interactive.
  ///
  /// - Parameter attempt: 1, 2 or 3; there is no fourth question.
  /// - Returns: The password, or `nil` when there is none (left) to give.
  /// - Throws: What ends the attempt to log in, as when nobody can be asked.
  func password(attempt: Int) async throws -> String?
}
