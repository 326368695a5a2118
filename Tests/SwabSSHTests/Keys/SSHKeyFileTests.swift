import Foundation
import Synchronization
import Testing

@testable import SwabSSH

@Suite struct SSHKeyFileTests {
  static let kinds = ["ed25519", "ecdsa-256", "ecdsa-384", "ecdsa-521", "rsa-2048", "rsa-3072"]

  @Test("a key file of each kind signs so that OpenSSH agrees (TR-62)", arguments: kinds)
  func plain(kind: String) async throws {
    try await KeyTools.withFolder { folder in
      let path = try await KeyTools.makeKey(kind, in: folder)
      let file = try SSHKeyFile(path: path)
      #expect(!file.isEncrypted)
      #expect(file.publicKey.fingerprint == (try await KeyTools.fingerprint(path)))
      let signer = KeyFileSigner(file, passphrase: nil)
      #expect(!signer.algorithms.isEmpty)
      for algorithm in signer.algorithms {
        #expect(try await KeyTools.verifies(signer, algorithm: algorithm, in: folder))
      }
    }
  }

  @Test(
    "an encrypted key file is unlocked by its passphrase (TR-62)",
    arguments: [
      ("ed25519", "secret", "aes256-ctr"), ("ecdsa-256", "ü mit Leerzeichen ", "aes256-ctr"),
      ("ecdsa-384", "s", "aes128-ctr"), ("ecdsa-521", "secret", "aes192-ctr"),
      ("rsa-2048", "secret", "aes256-cbc"), ("ed25519", "日本", "aes128-cbc"),
      ("ed25519", "secret", "aes256-gcm@openssh.com"),
      ("ed25519", "secret", "aes128-gcm@openssh.com"), ("ed25519", "secret", "3des-cbc"),
    ]
  )
  func encrypted(kind: String, passphrase: String, cipher: String) async throws {
    try await KeyTools.withFolder { folder in
      let path = try await KeyTools.makeKey(
        kind,
        in: folder,
        passphrase: passphrase,
        options: ["-a", "2", "-Z", cipher]
      )
      let file = try SSHKeyFile(path: path)
      #expect(file.isEncrypted)
      #expect(file.publicKey.fingerprint == (try await KeyTools.fingerprint(path)))
      let signer = KeyFileSigner(file) { _ in passphrase }
      for algorithm in signer.algorithms {
        #expect(try await KeyTools.verifies(signer, algorithm: algorithm, in: folder))
      }
    }
  }

  @Test("ssh-keygen's own number of rounds works too")
  func defaultRounds() async throws {
    try await KeyTools.withFolder { folder in
      let path = try await KeyTools.makeKey("ed25519", in: folder, passphrase: "secret")
      let signer = KeyFileSigner(try SSHKeyFile(path: path)) { _ in "secret" }
      #expect(try await KeyTools.verifies(signer, algorithm: "ssh-ed25519", in: folder))
    }
  }

  @Test(
    "older containers are read as well",
    arguments: [
      ("rsa-2048", "PEM"), ("ecdsa-384", "PEM"), ("rsa-2048", "PKCS8"), ("ecdsa-521", "PKCS8"),
    ],
    ["", "secret"]
  )
  func pem(kindAndFormat: (String, String), passphrase: String) async throws {
    let (kind, format) = kindAndFormat
    try await KeyTools.withFolder { folder in
      let path = try await KeyTools.makeKey(
        kind,
        in: folder,
        passphrase: passphrase,
        options: ["-m", format]
      )
      let file = try SSHKeyFile(path: path)
      #expect(file.isEncrypted == !passphrase.isEmpty)
      #expect(file.publicKey.fingerprint == (try await KeyTools.fingerprint(path + ".pub")))
      let signer = KeyFileSigner(file) { _ in passphrase }
      for algorithm in signer.algorithms {
        #expect(try await KeyTools.verifies(signer, algorithm: algorithm, in: folder))
      }
    }
  }

  @Test("an encrypted PEM file without its .pub says how to convert it")
  func hiddenPublicKey() async throws {
    try await KeyTools.withFolder { folder in
      let options = ["-m", "PEM"]
      let path = try await KeyTools.makeKey(
        "rsa-2048",
        in: folder,
        passphrase: "x12345",
        options: options
      )
      try FileManager.default.removeItem(atPath: path + ".pub")
      let error = #expect(throws: SSHError.self) { try SSHKeyFile(path: path) }
      #expect(error?.code == .badKey)
      #expect(error?.hint == "convert it to the OpenSSH format: ssh-keygen -p -f '\(path)'")
    }
  }

  @Test("the passphrase is asked for once per key, however many hosts sign at once (TR-62)")
  func askedOnce() async throws {
    try await KeyTools.withFolder { folder in
      let path = try await KeyTools.makeKey(
        "ed25519",
        in: folder,
        passphrase: "secret",
        options: ["-a", "2"]
      )
      let questions = Mutex(0)
      let ring = SSHKeyRing { _ in
        questions.withLock { $0 += 1 }
        return "secret"
      }
      let request = SSHIdentityRequest(identityFiles: [path], home: folder.path)
      try await withThrowingTaskGroup { group in
        for _ in 0..<50 {
          group.addTask {
            for signer in try await ring.identities(for: request).signers {
              _ = try await signer.sign([1, 2, 3], algorithm: "ssh-ed25519")
            }
          }
        }
        try await group.waitForAll()
      }
      #expect(questions.withLock { $0 } == 1)
    }
  }

  @Test("after three wrong answers the error names the file, and nobody is asked again (TR-62)")
  func wrongPassphrase() async throws {
    try await KeyTools.withFolder { folder in
      let path = try await KeyTools.makeKey(
        "ecdsa-256",
        in: folder,
        passphrase: "secret",
        options: ["-a", "1"]
      )
      let attempts = Mutex<[Int]>([])
      let file = try SSHKeyFile(path: path)
      let signer = KeyFileSigner(file) { question in
        attempts.withLock { $0.append(question.attempt) }
        return "Secret"
      }
      for _ in 0..<2 {
        let error = await #expect(throws: SSHError.self) {
          try await signer.sign([1], algorithm: "ecdsa-sha2-nistp256")
        }
        #expect(error?.description == "wrong passphrase for key file \(path)")
        #expect(error?.code == .badKey)
      }
      #expect(attempts.withLock { $0 } == [1, 2, 3])
    }
  }

  @Test("without anybody to ask, an encrypted key is an error with what to do")
  func nobodyToAsk() async throws {
    try await KeyTools.withFolder { folder in
      let path = try await KeyTools.makeKey("ed25519", in: folder, passphrase: "secret")
      let signer = KeyFileSigner(try SSHKeyFile(path: path), passphrase: nil)
      let error = await #expect(throws: SSHError.self) {
        try await signer.sign([1], algorithm: "ssh-ed25519")
      }
      #expect(
        error?.description == """
          key file \(path) is encrypted, and no passphrase was given
          hint: load it into ssh-agent first: ssh-add '\(path)'
          """
      )
    }
  }

  @Test("a key file that others can read is refused, as OpenSSH does")
  func openPermissions() async throws {
    try await KeyTools.withFolder { folder in
      let path = try await KeyTools.makeKey("ed25519", in: folder)
      try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
      let signer = KeyFileSigner(try SSHKeyFile(path: path), passphrase: nil)
      let error = await #expect(throws: SSHError.self) {
        try await signer.sign([1], algorithm: "ssh-ed25519")
      }
      #expect(
        error?.description == """
          key file \(path) is refused: others may read it (its permissions are 0640)
          hint: chmod 600 '\(path)'
          """
      )
    }
  }

  @Test(
    "what isn't a key is an error, and never a crash",
    arguments: [
      "", "hello", "-----BEGIN OPENSSH PRIVATE KEY-----",
      "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
      "-----BEGIN OPENSSH PRIVATE KEY-----\n!\n-----END OPENSSH PRIVATE KEY-----\n",
      "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n",
      "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ]
  )
  func notAKey(text: String) async throws {
    try await KeyTools.withFolder { folder in
      let file = folder.appending(path: "key")
      try text.write(to: file, atomically: false, encoding: .utf8)
      let error = #expect(throws: SSHError.self) { try SSHKeyFile(path: file.path) }
      #expect(error?.code == .badKey)
      #expect(error?.message.contains(file.path) == true)
    }
  }

  @Test("a file cut off anywhere is an error, and never a crash")
  func truncated() async throws {
    try await KeyTools.withFolder { folder in
      let path = try await KeyTools.makeKey("ed25519", in: folder)
      let armor = try KeyArmor(Array(Data(contentsOf: URL(filePath: path))))
      let bytes = try #require(Base64.decode(armor.base64))
      for count in 0..<bytes.count {
        let text = Base64.encode(Array(bytes.prefix(count)))
        #expect(throws: OpenSSHKeyFormat.Failure.self) {
          _ = try OpenSSHKeyFormat(base64: Array(text.utf8)).unlock(passphrase: [])
        }
      }
    }
  }
}

@Suite struct PiTests {
  @Test("pi's first and last words are those of Blowfish's tables")
  func words() {
    #expect(PiDigits.words.count == 1042)
    #expect(PiDigits.words.prefix(3) == [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e])
    #expect(PiDigits.words.suffix(2) == [0x578f_dfe3, 0x3ac3_72e6])
  }
}
