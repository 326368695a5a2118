import CLibCrypto
import Foundation
import NIOCore
import NIOPosix
import SwabTestSupport

@testable import SwabSSH

/// Signs with an unencrypted ed25519 key file, without the key files of the module under test.
struct TestSigner: SSHSigner {
  let publicKey: [UInt8]
  let description: String
  let algorithms = ["ssh-ed25519"]
  private let seed: [UInt8]

  init(file: String) throws {
    let text = try String(contentsOfFile: file, encoding: .utf8)
    let body = text.split(separator: "\n").filter { !$0.hasPrefix("-----") }.joined()
    guard let data = Data(base64Encoded: body) else { throw TestSupportError("no key: \(file)") }
    var buffer = ByteBuffer(bytes: data)
    buffer.moveReaderIndex(forwardBy: "openssh-key-v1\0".utf8.count)
    func string(_ buffer: inout ByteBuffer) throws -> [UInt8] {
      guard
        let length = buffer.readInteger(as: UInt32.self),
        let bytes = buffer.readBytes(length: Int(length))
      else { throw TestSupportError("short key: \(file)") }
      return bytes
    }
    for _ in 0..<3 { _ = try string(&buffer) }
    buffer.moveReaderIndex(forwardBy: 4)
    publicKey = try string(&buffer)
    var secret = ByteBuffer(bytes: try string(&buffer))
    secret.moveReaderIndex(forwardBy: 8)
    _ = try string(&secret)
    _ = try string(&secret)
    seed = Array(try string(&secret).prefix(32))
    description = "ED25519 \((file as NSString).lastPathComponent)"
  }

  func sign(_ data: [UInt8], algorithm: String) async throws -> [UInt8] {
    let key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, seed, seed.count)
    let context = EVP_MD_CTX_new()
    defer {
      EVP_PKEY_free(key)
      EVP_MD_CTX_free(context)
    }
    var signature = [UInt8](repeating: 0, count: 64)
    var count = signature.count
    guard
      EVP_DigestSignInit(context, nil, nil, nil, key) == 1,
      EVP_DigestSign(context, &signature, &count, data, data.count) == 1
    else { throw TestSupportError("can't sign") }
    return signature
  }
}

/// Has the keys and passwords it was made with.
struct TestAuthenticator: SSHAuthenticator {
  var keys: [any SSHSigner] = []
  var passwords: [String] = []
  var asked: @Sendable (Int) -> Void = { _ in }

  func signers() async throws -> [any SSHSigner] { keys }

  func password(attempt: Int) async throws -> String? {
    asked(attempt)
    return attempt <= passwords.count ? passwords[attempt - 1] : nil
  }
}

/// Trusts whom it is told to.
struct TestVerifier: SSHHostKeyVerifier {
  var algorithms: [String] = []
  var check: @Sendable (SSHPublicKey) async throws -> Void = { _ in }

  func knownHost(address: String, port: Int) async throws -> KnownHost {
    var known = KnownHost(address: address, port: port)
    known.algorithms = algorithms
    return known
  }

  func verify(_ key: SSHPublicKey, of known: KnownHost, host: String) async throws {
    try await check(key)
  }
}

extension SSHServer {
  /// Options for a connection to it, called h1 in messages.
  var options: SSHConnectionOptions {
    var options = SSHConnectionOptions(
      name: "h1",
      address: address == "0.0.0.0" ? "127.0.0.1" : address,
      port: port,
      user: user
    )
    // No race with whatever else the machine does.
    options.connectTimeout = .seconds(60)
    return options
  }

  /// Who logs in with its client key.
  func authenticator() throws -> TestAuthenticator {
    TestAuthenticator(keys: [try TestSigner(file: clientKey)])
  }
}

/// Lends a connection to `body` and closes it afterwards.
func withConnection<Result>(
  to server: SSHServer,
  verifier: TestVerifier = TestVerifier(),
  authenticator: TestAuthenticator? = nil,
  change: (inout SSHConnectionOptions) -> Void = { _ in },
  _ body: (SSHConnection) async throws -> Result
) async throws -> Result {
  var options = server.options
  change(&options)
  let connection = try await SSHConnection.connect(
    options: options,
    authenticator: try authenticator ?? server.authenticator(),
    verifier: verifier,
    on: MultiThreadedEventLoopGroup.singleton.next()
  )
  do {
    let result = try await body(connection)
    await connection.close()
    return result
  } catch {
    await connection.close()
    throw error
  }
}

/// What a command brought.
struct Collected: Sendable {
  var output = ByteBuffer()
  var error = ByteBuffer()
  var status = SSHCommandStatus()

  var text: String { String(buffer: output) }
}

extension SSHConnection {
  /// Runs a command and gathers all its output.
  func collect(_ command: SSHCommand) async throws -> Collected {
    let gathered = Gathering()
    let status = try await execute(command) { await gathered.add($0) }
    var result = await gathered.result
    result.status = status
    return result
  }

  func collect(_ text: String) async throws -> Collected {
    try await collect(SSHCommand(text))
  }
}

actor Gathering {
  var result = Collected()

  func add(_ chunk: SSHOutputChunk) {
    switch chunk {
    case .standardOutput(var bytes): result.output.writeBuffer(&bytes)
    case .standardError(var bytes): result.error.writeBuffer(&bytes)
    }
  }
}

/// The error that `body` throws, as this layer's.
func sshError(_ body: () async throws -> Void) async throws -> SSHError {
  do {
    try await body()
  } catch let error as SSHError {
    return error
  }
  throw TestSupportError("no error was thrown")
}
