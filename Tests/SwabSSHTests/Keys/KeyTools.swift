import Foundation
import SwabTestSupport
import Testing

@testable import SwabSSH

/// OpenSSH's own tools, which our reading, signing and matching are checked against.
enum KeyTools {
  struct Output {
    var status: Int32
    var text: String
    var errors: String
  }

  /// Runs a tool to its end.
  @discardableResult
  static func run(
    _ tool: String,
    _ arguments: [String],
    input: String = "",
    environment: [String: String] = [:]
  ) async throws -> Output {
    let process = try await RunningProcess.run(
      tool,
      arguments,
      environment: environment,
      standardInput: input
    )
    return Output(
      status: process.exitStatus ?? -1,
      text: process.standardOutput,
      errors: process.standardError
    )
  }

  /// Makes a key with ssh-keygen and returns its path.
  static func makeKey(
    _ kind: String,
    in folder: URL,
    named name: String = "key",
    passphrase: String = "",
    options: [String] = []
  ) async throws -> String {
    let path = folder.appending(path: name).path
    let bits = kind.split(separator: "-").dropFirst().first.map { ["-b", String($0)] } ?? []
    let type = String(kind.prefix { $0 != "-" })
    let made = try await run(
      "ssh-keygen",
      ["-q", "-t", type] + bits + ["-N", passphrase, "-C", "a comment", "-f", path] + options
    )
    try #require(made.status == 0, "\(made.errors)")
    return path
  }

  /// Has ssh-keygen verify a signature of ours, wrapped as it wants it (PROTOCOL.sshsig).
  static func verifies(
    _ signer: any SSHSigner,
    algorithm: String,
    in folder: URL
  ) async throws -> Bool {
    let message = "tschüß\n"
    var body = SSHWireWriter()
    for field in ["test", "", "sha512"] { body.write(text: field) }
    body.write(string: Digest.sha512(Array(message.utf8)))
    let data = Array("SSHSIG".utf8) + body.bytes
    var inner = SSHWireWriter()
    inner.write(text: algorithm)
    inner.write(string: try await signer.sign(data, algorithm: algorithm))
    var outer = SSHWireWriter()
    outer.write(uint32: 1)
    outer.write(string: signer.publicKey)
    for field in ["test", "", "sha512"] { outer.write(text: field) }
    outer.write(string: inner.bytes)
    let armored = """
      -----BEGIN SSH SIGNATURE-----
      \(Base64.encode(Array("SSHSIG".utf8) + outer.bytes))
      -----END SSH SIGNATURE-----

      """
    let file = folder.appending(path: "signature-\(UUID().uuidString)")
    try armored.write(to: file, atomically: false, encoding: .utf8)
    let check = try await run(
      "ssh-keygen",
      ["-Y", "check-novalidate", "-n", "test", "-s", file.path],
      input: message
    )
    return check.status == 0
  }

  /// Lends a folder that is removed afterwards.
  static func withFolder<R>(_ body: (URL) async throws -> R) async throws -> R {
    let folder = FileManager.default.temporaryDirectory.appending(path: "swab-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder)
  }

  static func fingerprint(_ path: String) async throws -> String {
    let fields = try await run("ssh-keygen", ["-lf", path]).text.split(separator: " ")
    return String(try #require(fields.dropFirst().first))
  }

  static func addKey(_ path: String, toAgent socket: String) async throws {
    let added = try await run(
      "ssh-add",
      ["-q", path],
      environment: ["SSH_AUTH_SOCK": socket]
    )
    try #require(added.status == 0, "\(added.errors)")
  }

  /// Lends a folder and the socket of an ssh-agent of its own.
  static func withAgent(_ body: (URL, String) async throws -> Void) async throws {
    try await withFolder { folder in
      let socket = folder.path + "/agent"
      let agent = try RunningProcess("ssh-agent", ["-D", "-a", socket])
      do {
        // The socket is there before anybody listens at it; 2 stands for "no agent".
        try await eventually("ssh-agent answers") {
          let environment = ["SSH_AUTH_SOCK": socket]
          let listing = try await RunningProcess.run("ssh-add", ["-l"], environment: environment)
          return listing.exitStatus.map { $0 < 2 } ?? false
        }
        try await body(folder, socket)
      } catch {
        await agent.stop()
        throw error
      }
      await agent.stop()
    }
  }
}
