/// A second connection to a host, there only while processes are ended through it.
///
/// Under `MaxSessions 1` a running command holds the only session of its connection, and so bars
/// the way to its own end.
actor RescueConnection {
  private var connection: Task<SSHConnection, any Error>?
  private var users = 0

  /// Runs a command over the second connection.
  func run(_ text: String, within limit: Duration, setup: ConnectionSetup) async throws {
    users += 1
    let connection = connection ?? Task { try await setup.connect() }
    self.connection = connection
    let result: Result<Void, any Error>
    do {
      try await connection.value.runAside(text, within: limit, waitsInLine: true)
      result = .success(())
    } catch {
      result = .failure(error)
    }
    users -= 1
    if users == 0 { await close() }
    try result.get()
  }

  /// Closes the connection, if there is one.
  func close() async {
    let open = connection
    connection = nil
    if let open { try? await open.value.close() }
  }
}
