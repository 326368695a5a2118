extension ImageReference {
  /// The grammar of names, from the module `reference` of the project Distribution.
  enum Grammar {
    struct Mistake: Error {
      var message: String

      init(_ message: String) {
        self.message = message
      }
    }

    /// Whether a text is an id, 64 hexadecimal digits, and so never a name.
    static func isIdentifier(_ text: String) -> Bool {
      text.utf8.count == 64 && text.utf8.allSatisfy(isLowercaseHexadecimal)
    }

    /// `host[:port]`, where the host is a name, an IPv4 address, or an IPv6 address in brackets.
    static func check(registry: String) throws(Mistake) {
      var host = registry[...]
      if let colon = host.lastIndex(of: ":"), !host[colon...].contains("]") {
        let port = host[host.index(after: colon)...]
        guard !port.isEmpty, port.utf8.allSatisfy(isDigit) else {
          throw Mistake("'\(port)' is no port")
        }
        host = host[..<colon]
      }
      let isHost =
        host.first == "["
        ? isAddress(host)
        : host.split(separator: ".", omittingEmptySubsequences: false).allSatisfy(isDomainLabel)
      guard isHost else { throw Mistake("'\(host)' is no host of a registry") }
    }

    /// Components of lower-case letters and digits, with slashes between them.
    static func check(path: String) throws(Mistake) {
      guard path.utf8.count <= 255 else {
        throw Mistake("its repository has more than 255 characters")
      }
      for component in path.split(separator: "/", omittingEmptySubsequences: false)
      where !isPathComponent(component) {
        guard component.lowercased() == component else {
          throw Mistake("'\(component)' must be in lower case")
        }
        throw Mistake("'\(component)' cannot be part of a repository")
      }
    }

    /// Up to 128 letters, digits, `_`, `.` and `-`, of which the last two can't stand first.
    static func check(tag: String) throws(Mistake) {
      let isTag =
        (1...128).contains(tag.utf8.count) && tag.first != "." && tag.first != "-"
        && tag.utf8.allSatisfy { isLetterOrDigit($0) || "_.-".utf8.contains($0) }
      guard isTag else { throw Mistake("'\(tag)' is no tag") }
    }

    /// An algorithm that engines know, and as many digits as it gives.
    static func check(digest: String) throws(Mistake) {
      let lengths = ["sha256": 64, "sha384": 96, "sha512": 128]
      let sides = digest.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard
        sides.count == 2, sides[1].utf8.count == lengths[String(sides[0])],
        sides[1].utf8.allSatisfy(isLowercaseHexadecimal)
      else { throw Mistake("'\(digest)' is no digest such as sha256:…") }
    }

    private static func isAddress(_ host: Substring) -> Bool {
      host.last == "]" && host.count > 2
        && host.dropFirst().dropLast().utf8.allSatisfy { isHexadecimal($0) || $0 == 0x3A }
    }

    private static func isDomainLabel(_ label: Substring) -> Bool {
      !label.isEmpty && label.first != "-" && label.last != "-"
        && label.utf8.allSatisfy { isLetterOrDigit($0) || $0 == 0x2D }
    }

    /// Letters and digits; between them one `.`, one or two `_`, or any number of `-`.
    private static func isPathComponent(_ component: Substring) -> Bool {
      let words = component.split(
        omittingEmptySubsequences: true,
        whereSeparator: { "._-".contains($0) }
      )
      guard
        let first = words.first, first.startIndex == component.startIndex,
        let last = words.last, last.endIndex == component.endIndex,
        words.allSatisfy({ $0.utf8.allSatisfy { isLowercaseLetter($0) || isDigit($0) } })
      else { return false }
      return zip(words, words.dropFirst()).allSatisfy { word, next in
        let separator = component[word.endIndex..<next.startIndex]
        return [".", "_", "__"].contains(separator) || separator.allSatisfy { $0 == "-" }
      }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isLowercaseLetter(_ byte: UInt8) -> Bool {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
      // In ASCII this bit is all that tells the two cases of a letter apart.
      isDigit(byte) || isLowercaseLetter(byte | 0x20)
    }

    private static func isLowercaseHexadecimal(_ byte: UInt8) -> Bool {
      isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
      isDigit(byte) || isLowercaseHexadecimal(byte | 0x20)
    }
  }
}
