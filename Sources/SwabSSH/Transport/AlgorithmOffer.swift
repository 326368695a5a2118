import NIOCore

/// The algorithms that one side offers, best first.
struct AlgorithmOffer: Equatable {
  /// The number of SSH_MSG_KEXINIT.
  static let message: UInt8 = 20

  /// What is agreed on in a handshake, in the order of the protocol.
  enum Kind: Int, CaseIterable {
    case keyExchange, hostKey, cipherOut, cipherIn, macOut, macIn

    /// How messages call it.
    var name: String {
      switch self {
      case .keyExchange: "key exchange"
      case .hostKey: "host key type"
      case .cipherOut, .cipherIn: "cipher"
      case .macOut, .macIn: "MAC"
      }
    }
  }

  private var lists: [[String]]

  subscript(kind: Kind) -> [String] { lists[kind.rawValue] }

  init(_ list: (Kind) -> [String]) {
    lists = Kind.allCases.map(list)
  }

  /// Reads a KEXINIT packet's payload, after its message number.
  init?(reading payload: inout ByteBuffer) {
    payload.moveReaderIndex(forwardBy: min(16, payload.readableBytes))
    lists = []
    for _ in Kind.allCases {
      guard
        let length = payload.readInteger(as: UInt32.self),
        let text = payload.readString(length: Int(length))
      else { return nil }
      lists.append(text.split(separator: ",").map(String.init))
    }
  }

  /// The first kind of which `self` and `server` have nothing in common.
  func firstMismatch(with server: AlgorithmOffer) -> Kind? {
    Kind.allCases.first { kind in
      // These are no algorithms but notes from one side to the other.
      let usable = server[kind].filter {
        !$0.hasPrefix("kex-strict-") && !$0.hasPrefix("ext-info-")
      }
      return Set(self[kind]).isDisjoint(with: usable)
    }
  }
}

extension SSHError {
  /// Says what each side has, of the kind that they have nothing in common of.
  static func noCommonAlgorithm(
    _ kind: AlgorithmOffer.Kind,
    ours: AlgorithmOffer,
    server: AlgorithmOffer
  )
    -> SSHError
  {
    SSHError(
      .noCommonAlgorithm,
      """
      no \(kind.name) in common with the server
        this libssh2: \(ours[kind].joined(separator: ", "))
        the server:   \(server[kind].joined(separator: ", "))
      """,
      hint: hint(for: kind, ours: ours)
    )
  }

  private static func hint(for kind: AlgorithmOffer.Kind, ours: AlgorithmOffer) -> String {
    let keyword =
      switch kind {
      case .keyExchange: "KexAlgorithms"
      case .hostKey: "HostKeyAlgorithms (and a HostKey of that type)"
      case .cipherOut, .cipherIn: "Ciphers"
      case .macOut, .macIn: "MACs"
      }
    let example = ours[kind].first ?? "one of these"
    return "allow \(example) in sshd_config: \(keyword)"
  }
}
