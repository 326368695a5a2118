import Foundation

/// Accounts with passwords, as one sshd sees them, and nobody else on this machine.
///
/// The server runs in a mount namespace of its own, with its own passwd and shadow.
public struct SSHTestAccounts: Sendable {
  /// Passwords by the names of the accounts.
  public var passwords: [String: String]
  /// What PAM asks, for a server with `UsePAM yes`: `auth` lines of a service file.
  public var questions = ["pam_unix.so"]

  /// Makes accounts.
  public init(_ passwords: [String: String], questions: [String] = ["pam_unix.so"]) {
    self.passwords = passwords
    self.questions = questions
  }

  /// Writes their files, and a command to put before sshd's arguments.
  func prepare(in folder: TemporaryFolder) async throws -> [String] {
    var users = try String(contentsOfFile: "/etc/passwd", encoding: .utf8)
    var secrets = try String(contentsOfFile: "/etc/shadow", encoding: .utf8)
    for (number, name) in passwords.keys.sorted().enumerated() {
      // One that this machine knows keeps its place, and only its password is another.
      let isKnown = users.split(separator: "\n").contains { $0.hasPrefix("\(name):") }
      secrets = secrets.split(separator: "\n").filter { !$0.hasPrefix("\(name):") }
        .map { "\($0)\n" }.joined()
      let hash = try await RunningProcess.run(
        "perl",
        ["-e", "print crypt($ARGV[0], q($6$swabswab$))", passwords[name] ?? ""]
      )
      if !isKnown { users += "\(name):x:\(54_321 + number):54321::/:/bin/sh\n" }
      secrets += "\(name):\(hash.standardOutput):19000:0:99999:7:::\n"
    }
    let service =
      questions.map { "auth required \($0)" }
      + ["account required pam_permit.so", "session required pam_permit.so", ""]
    try folder.write(users, to: "passwd", mode: 0o644)
    try folder.write(secrets, to: "shadow", mode: 0o600)
    try folder.write(service.joined(separator: "\n"), to: "pam", mode: 0o644)
    let script = """
      mount --bind \(folder.path("passwd")) /etc/passwd &&
      mount --bind \(folder.path("shadow")) /etc/shadow &&
      mount --bind \(folder.path("pam")) /etc/pam.d/sshd &&
      exec /usr/sbin/sshd "$@"
      """
    return ["unshare", "--mount", "/bin/sh", "-c", script, "sshd"]
  }
}
