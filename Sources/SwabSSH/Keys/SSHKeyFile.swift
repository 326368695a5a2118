import NIOPosix

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A private key file, whose public half is known before it is unlocked.
///
/// An unlocked key is needed until the run ends, and stays in memory until then, with what was read
/// and typed for it.
public final class SSHKeyFile: Sendable {
  /// Where it lies.
  public let path: String

  /// Its public half.
  public let publicKey: SSHPublicKey

  /// Whether a passphrase is needed.
  public var isEncrypted: Bool { content.isEncrypted }

  private let content: Content
  private let refusal: SSHError?
  private let unlocked = SingleFlight<SSHPrivateKey>()

  private enum Content: Sendable {
    case openSSH(OpenSSHKeyFormat)
    case pem(PEMKeyFormat)

    var isEncrypted: Bool {
      switch self {
      case .openSSH(let format): format.isEncrypted
      case .pem(let format): format.isEncrypted
      }
    }
  }

  /// Reads a key file, and `path`.pub beside it where that is needed to know the public half.
  ///
  /// It reads files at once, so it belongs on a thread pool.
  ///
  /// - Throws: ``SSHError`` with `badKey` for a file that can't be read or isn't a key; with the
  ///   ``FileAccess/Failure`` as its cause where the file is the trouble.
  init(path: String) throws(SSHError) {
    let (bytes, status): ([UInt8], FileAccess.Status)
    do {
      (bytes, status) = try FileAccess.read(path, limit: 1 << 20)
    } catch {
      throw .unreadableKey(path, error)
    }
    self.path = path
    (content, publicKey) = try Self.parse(bytes, path: path)
    let permissions = status.mode & 0o777
    // As OpenSSH: the files of other owners are their business (root's keys under /etc, say).
    let isOpen = status.owner == getuid() && permissions & 0o077 != 0
    refusal = isOpen ? .openPermissions(path, Int(permissions)) : nil
  }

  private static func parse(
    _ bytes: [UInt8],
    path: String
  ) throws(SSHError) -> (Content, SSHPublicKey) {
    let armor: KeyArmor
    do {
      armor = try KeyArmor(bytes)
    } catch {
      throw .notAKey(path)
    }
    guard armor.label != "OPENSSH PRIVATE KEY" else {
      do throws(OpenSSHKeyFormat.Failure) {
        let format = try OpenSSHKeyFormat(base64: armor.base64)
        return (.openSSH(format), format.publicKey)
      } catch {
        throw .badKeyFile(path, error)
      }
    }
    let format = PEMKeyFormat(bytes, armor)
    if let key = format.publicKey ?? SSHPublicKey(file: path + ".pub") {
      return (.pem(format), key)
    }
    throw format.isEncrypted ? .hiddenPublicKey(path) : .badKeyFile(path, .damaged)
  }

  /// The private key, unlocked once for all who ask.
  ///
  /// - Parameter passphrase: Asked at most three times for the file, and never if it has none.
  /// - Returns: The key, ready to sign.
  /// - Throws: ``SSHError`` with `badKey`, naming the file.
  func privateKey(_ passphrase: SSHPassphraseSource?) async throws -> SSHPrivateKey {
    if let refusal { throw refusal }
    return try await unlocked.value { try await self.unlock(passphrase) }
  }

  private func unlock(_ passphrase: SSHPassphraseSource?) async throws -> SSHPrivateKey {
    guard isEncrypted else { return try await unlock(with: []) }
    guard let passphrase else { throw SSHError.noPassphrase(path) }
    for attempt in 1...3 {
      let question = SSHPassphraseQuestion(path: path, publicKey: publicKey, attempt: attempt)
      guard let answer = try await passphrase(question) else { throw SSHError.noPassphrase(path) }
      do {
        return try await unlock(with: Array(answer.utf8))
      } catch OpenSSHKeyFormat.Failure.wrongPassphrase {
        continue
      }
    }
    throw SSHError.wrongPassphrase(path)
  }

  /// Unlocks on a thread pool, since deriving the key takes a tenth of a second and more.
  private func unlock(with passphrase: [UInt8]) async throws -> SSHPrivateKey {
    let result = try await NIOThreadPool.singleton.runIfActive { self.open(passphrase) }
    switch result {
    case .success(let key):
      guard key.publicKey == publicKey else { throw SSHError.otherPublicKey(path) }
      return key
    case .failure(.wrongPassphrase): throw OpenSSHKeyFormat.Failure.wrongPassphrase
    case .failure(let failure): throw SSHError.badKeyFile(path, failure)
    }
  }

  private func open(_ passphrase: [UInt8]) -> Result<SSHPrivateKey, OpenSSHKeyFormat.Failure> {
    Result { () throws(OpenSSHKeyFormat.Failure) in
      switch content {
      case .openSSH(let format): try format.unlock(passphrase: passphrase)
      case .pem(let format): try format.unlock(passphrase: passphrase)
      }
    }
  }
}

/// What a person is asked for a passphrase with.
public struct SSHPassphraseQuestion: Sendable {
  /// The key file.
  public var path: String
  /// Its public half.
  public var publicKey: SSHPublicKey
  /// 1 for the first time, up to 3.
  public var attempt: Int
}

/// Answers with a passphrase, or `nil` where there is none to be had.
public typealias SSHPassphraseSource = @Sendable (SSHPassphraseQuestion) async throws -> String?
