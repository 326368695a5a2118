/// The messages of the agent protocol (draft-miller-ssh-agent) that we use.
enum AgentMessage {
  static let failure: UInt8 = 5
  static let identitiesAnswer: UInt8 = 12
  static let signResponse: UInt8 = 14

  /// What a question looks like without the length in front.
  static var requestIdentities: [UInt8] { [11] }

  static func signRequest(key: [UInt8], data: [UInt8], flags: UInt32) -> [UInt8] {
    var writer = SSHWireWriter()
    writer.write(byte: 13)
    writer.write(string: key)
    writer.write(string: data)
    writer.write(uint32: flags)
    return writer.bytes
  }

  /// Without a flag an agent signs with SHA-1, which servers refuse.
  static func flags(for algorithm: String) -> UInt32 {
    switch algorithm {
    case "rsa-sha2-256": 2
    case "rsa-sha2-512": 4
    default: 0
    }
  }

  /// The keys in an answer to `requestIdentities`; `nil` if it isn't one.
  static func identities(in answer: [UInt8]) -> [AgentIdentity]? {
    var reader = SSHWireReader(answer)
    guard reader.byte() == identitiesAnswer, let count = reader.uint32() else { return nil }
    var identities: [AgentIdentity] = []
    for _ in 0..<count {
      guard let blob = reader.string(), let comment = reader.text() else { return nil }
      guard let key = SSHPublicKey(blob: blob) else { continue }
      identities.append(AgentIdentity(publicKey: key, comment: comment))
    }
    return identities
  }

  /// The inner signature in an answer to `signRequest`, if it is one made with `algorithm`.
  static func signature(in answer: [UInt8], algorithm: String) -> [UInt8]? {
    var reader = SSHWireReader(answer)
    guard reader.byte() == signResponse, let signature = reader.string() else { return nil }
    var inner = SSHWireReader(signature)
    guard inner.text() == algorithm, let blob = inner.string() else { return nil }
    return blob
  }
}

/// A key that an agent holds.
public struct AgentIdentity: Sendable, Hashable {
  /// Its public half.
  public var publicKey: SSHPublicKey
  /// What its owner called it.
  public var comment: String
}
