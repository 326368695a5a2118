import SwabTestSupport
import Synchronization
import Testing

@testable import SwabSSH

@Suite("Passwords", .serialized)
struct PasswordTests {
  static let plain = "PasswordAuthentication yes\nPubkeyAuthentication no"
  static let interactive = """
    UsePAM yes
    KbdInteractiveAuthentication yes
    PasswordAuthentication no
    PubkeyAuthentication no
    """

  private func logIn(
    _ server: SSHServer,
    _ passwords: [String],
    asked: @escaping @Sendable (Int) -> Void = { _ in }
  ) async throws -> String {
    try await withConnection(
      to: server,
      authenticator: TestAuthenticator(passwords: passwords, asked: asked),
      change: { $0.user = "guest" }
    ) { connection in
      try await connection.collect("id -un").text
    }
  }

  @Test(
    "a password logs in, the third one too, whatever way the server asks for it (TR-55)",
    arguments: [PasswordTests.plain, PasswordTests.interactive],
    [["sésame 1"], ["a", "b", "sésame 1"]]
  )
  func right(configuration: String, passwords: [String]) async throws {
    let accounts = SSHTestAccounts(["guest": "sésame 1"])
    try await withSSHServer(configuration, accounts: accounts) { server in
      let count = Mutex(0)
      let name = try await logIn(server, passwords) { _ in count.withLock { $0 += 1 } }
      #expect(name == "guest\n")
      #expect(count.withLock { $0 } == passwords.count)
    }
  }

  @Test("a password is the answer to one question: what else the server asks gets none (TR-55)")
  func secondQuestion() async throws {
    let questions = ["pam_unix.so", "pam_ftp.so users=guest", "pam_deny.so"]
    let accounts = SSHTestAccounts(["guest": "pw"], questions: questions)
    try await withSSHServer(Self.interactive, accounts: accounts) { server in
      let asked = Mutex<[Int]>([])
      let error = try await sshError {
        _ = try await logIn(server, ["pw", "pw", "pw"]) { number in
          asked.withLock { $0.append(number) }
        }
      }
      #expect(error.code == .authenticationFailed)
      #expect(
        error.description == """
          h1: can't log in as guest; tried: keyboard-interactive (refused); \
          the server accepts: keyboard-interactive; the server also asked: Guest login ok, send your complete e-mail address as password.
          hint: swab answers only the question for a password; log in with a key
          """
      )
      #expect(asked.withLock { $0 } == [1])
    }
  }

  @Test("a server that hangs up on a wrong password is not asked again, and said to have (TR-55)")
  func hangsUp() async throws {
    let accounts = SSHTestAccounts(["guest": "pw"])
    let configuration = Self.plain + "\nMaxAuthTries 1"
    try await withSSHServer(configuration, accounts: accounts) { server in
      let asked = Mutex(0)
      let error = try await sshError {
        _ = try await logIn(server, ["a", "b", "c"]) { _ in asked.withLock { $0 += 1 } }
      }
      #expect(error.code == .authenticationFailed)
      #expect(error.message.contains("Too many authentication failures"))
      #expect(asked.withLock { $0 } == 1)
    }
  }

  @Test("a key that can't sign costs no try (TR-62)")
  func unableKey() async throws {
    try await withSSHServer("MaxAuthTries 1") { server in
      let key = try TestSigner(file: server.clientKey)
      let unable = (0..<3).map {
        UnableSigner(publicKey: key.publicKey, description: "ED25519 \($0)")
      }
      let authenticator = TestAuthenticator(keys: unable + [key])
      try await withConnection(to: server, authenticator: authenticator) { connection in
        let result = try await connection.collect("echo in")
        #expect(result.text == "in\n")
      }
      let error = try await sshError {
        try await withConnection(
          to: server,
          authenticator: TestAuthenticator(keys: unable)
        ) { _ in
        }
      }
      #expect(error.message.contains("tried: key ED25519 0 (can't sign: locked)"))
    }
  }

  private struct UnableSigner: SSHSigner {
    let publicKey: [UInt8]
    let description: String
    let algorithms = ["ssh-ed25519"]

    func sign(_ data: [UInt8], algorithm: String) async throws -> [UInt8] {
      throw SSHError(.badKey, "locked")
    }
  }

  typealias Question = PasswordDialogue.Question

  /// Rounds of questions, the answers, and what was left open.
  static let dialogues: [(rounds: [[Question]], answers: [[String]], open: String?)] = [
    ([[Question(text: "Password: ", isShown: false)]], [["pw"]], nil),
    ([[], [Question(text: "Password: ", isShown: false)], []], [[], ["pw"], []], nil),
    ([[Question(text: "Login: ", isShown: true)]], [[""]], "Login"),
    (
      [[Question(text: "Old:", isShown: false), Question(text: "New:", isShown: false)]],
      [["", ""]], "Old"
    ),
    (
      [
        [Question(text: "Password: ", isShown: false)],
        [Question(text: "Verification\ncode: ", isShown: false)],
      ],
      [["pw"], [""]], "Verificationcode"
    ),
  ]

  @Test("a password goes to the first hidden question that stands alone", arguments: dialogues)
  func dialogue(rounds: [[Question]], answers: [[String]], open: String?) {
    let dialogue = PasswordDialogue(password: "pw")
    #expect(rounds.map { dialogue.answers(to: $0) } == answers)
    #expect(dialogue.unanswered == open)
  }
}
