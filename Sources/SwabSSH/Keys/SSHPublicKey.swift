/// A public key in SSH's wire format.
public struct SSHPublicKey: Sendable, Hashable {
  /// The name of its kind on the wire: "ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa".
  public let type: String

  /// The whole key: string(type) and what follows.
  public let blob: [UInt8]

  /// Takes a key from its wire format; `nil` if the bytes don't begin with the name of a type.
  public init?(blob: [UInt8]) {
    var reader = SSHWireReader(blob)
    guard let type = reader.text(), !type.isEmpty, !reader.isAtEnd else { return nil }
    self.type = type
    self.blob = blob
  }

  /// Reads a line of a `.pub` file: type, Base64, comment; `nil` if it isn't one.
  init?(line: String) {
    let fields = line.split(maxSplits: 2, whereSeparator: \.isWhitespace)
    guard fields.count >= 2, let blob = Base64.decode(Array(fields[1].utf8)),
      let key = Self(blob: blob), key.type == fields[0]
    else { return nil }
    self = key
  }

  /// "SHA256:…", as `ssh-keygen -l` prints it.
  public var fingerprint: String {
    "SHA256:" + Base64.encode(Digest.sha256(blob), padded: false)
  }

  /// "ED25519", "ECDSA", "RSA": what OpenSSH calls the type when it speaks to people.
  public var kind: String {
    switch type {
    case "ssh-ed25519": "ED25519"
    case "ssh-rsa": "RSA"
    case "ssh-dss": "DSA"
    case "sk-ssh-ed25519@openssh.com": "ED25519-SK"
    case "sk-ecdsa-sha2-nistp256@openssh.com": "ECDSA-SK"
    case _ where type.hasPrefix("ecdsa-sha2-"): "ECDSA"
    default: type
    }
  }

  /// The algorithms to sign with, best first; empty for a type that we can't sign with.
  ///
  /// "ssh-rsa" itself means SHA-1, which servers of today refuse, so it isn't among them.
  public var algorithms: [String] {
    switch type {
    case "ssh-rsa": ["rsa-sha2-512", "rsa-sha2-256"]
    case "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521":
      [type]
    default: []
    }
  }

  /// The algorithms by which a host proves that it has this key, best first.
  ///
  /// Servers of long ago have nothing better than "ssh-rsa" for an RSA key.
  var hostKeyAlgorithms: [String] { type == "ssh-rsa" ? algorithms + [type] : [type] }

  /// The same key under another name: an RSA key that is to sign by `rsa-sha2-512` says so.
  static func renamed(_ blob: [UInt8], to name: String) -> [UInt8] {
    var reader = SSHWireReader(blob)
    guard reader.string() != nil else { return blob }
    var writer = SSHWireWriter()
    writer.write(text: name)
    return writer.bytes + reader.remaining
  }
}

extension SSHPublicKey {
  /// Reads a `.pub` file; `nil` if there is none or it holds no key.
  ///
  /// It blocks.
  init?(file path: String) {
    guard let (bytes, _) = try? FileAccess.read(path, limit: 1 << 20) else { return nil }
    let line = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    self.init(line: line)
  }
}
