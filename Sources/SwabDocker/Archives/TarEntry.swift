/// What the header of an archive's entry says.
package struct TarEntry: Sendable, Hashable {
  /// What kind of thing an entry is.
  package enum Kind: Sendable, Hashable {
    /// A file with contents.
    case file
    /// Another name of a file that comes earlier in the archive.
    case hardLink
    /// A symbolic link.
    case link
    /// A device that is read and written character by character.
    case characterDevice
    /// A device that is read and written in blocks.
    case blockDevice
    /// A folder.
    case folder
    /// A named pipe.
    case pipe
    /// No thing at all, but remarks on the archive, which are its data.
    case globalHeader
    /// A kind that only some programs know, by its letter.
    case other(UInt8)
  }

  /// What kind of thing it is.
  package var kind: Kind
  /// Its path as the archive has it, which need not be UTF-8; that of a folder mostly ends in a
  /// slash.
  package var pathBytes: [UInt8]
  /// Where a link leads: for a hard link the path of an earlier entry.
  package var linkTargetBytes: [UInt8]?
  /// How many bytes of data follow its header in the archive.
  package var size = 0
  /// How large the file is once it is unpacked, if the archive leaves its holes out.
  package var unpackedSize: Int?
  /// Who may do what with it, such as `0o755`.
  package var mode: Int
  /// The number of its user.
  package var uid = 0
  /// The number of its group.
  package var gid = 0
  /// When it was last changed, in seconds since 1970.
  package var mtime = 0
  /// The numbers of a device.
  package var device: (major: Int, minor: Int) {
    get { (deviceMajor, deviceMinor) }
    set { (deviceMajor, deviceMinor) = newValue }
  }
  private var deviceMajor = 0
  private var deviceMinor = 0

  /// An entry without data.
  package init(_ kind: Kind, path: some Sequence<UInt8>, mode: Int) {
    self.kind = kind
    pathBytes = Array(path)
    self.mode = mode
  }

  /// Its path; bytes that are no UTF-8 are replaced, a slash never is.
  package var path: String { String(decoding: pathBytes, as: UTF8.self) }

  /// Where a link leads: for a hard link the path of an earlier entry.
  package var linkTarget: String? {
    linkTargetBytes.map { String(decoding: $0, as: UTF8.self) }
  }

  /// Whether the archive leaves the file's holes out, so that its data is not its contents.
  package var isSparse: Bool { unpackedSize != nil }

  /// The parts of its path, without empty ones and mere dots.
  package var pathParts: [[UInt8]] { Self.parts(of: pathBytes) }

  /// Whether its path leads out of the folder that the archive is unpacked in.
  ///
  /// Nothing is said of links, which may lead anywhere.
  package var leadsOutside: Bool {
    pathBytes.first == UInt8(ascii: "/") || pathParts.contains(Array("..".utf8))
  }

  static func parts(of path: [UInt8]) -> [[UInt8]] {
    // Bytes, not characters: a combining mark after it would hide a slash.
    path.split(separator: UInt8(ascii: "/")).map(Array.init).filter { $0 != [UInt8(ascii: ".")] }
  }
}

extension TarEntry.Kind {
  init(letter: UInt8, path: [UInt8]) {
    switch letter {
    case 0, UInt8(ascii: "0"), UInt8(ascii: "7"), UInt8(ascii: "S"):
      // Before there was a letter for folders, the slash said it.
      self = letter == 0 && path.last == UInt8(ascii: "/") ? .folder : .file
    case UInt8(ascii: "1"): self = .hardLink
    case UInt8(ascii: "2"): self = .link
    case UInt8(ascii: "3"): self = .characterDevice
    case UInt8(ascii: "4"): self = .blockDevice
    case UInt8(ascii: "5"): self = .folder
    case UInt8(ascii: "6"): self = .pipe
    case UInt8(ascii: "g"): self = .globalHeader
    default: self = .other(letter)
    }
  }

  var letter: UInt8 {
    switch self {
    case .file: UInt8(ascii: "0")
    case .hardLink: UInt8(ascii: "1")
    case .link: UInt8(ascii: "2")
    case .characterDevice: UInt8(ascii: "3")
    case .blockDevice: UInt8(ascii: "4")
    case .folder: UInt8(ascii: "5")
    case .pipe: UInt8(ascii: "6")
    case .globalHeader: UInt8(ascii: "g")
    case .other(let letter): letter
    }
  }

  /// Whether no data can follow, whatever the header says of its size; so the engine reads it, too.
  var isHeaderOnly: Bool {
    switch self {
    case .hardLink, .link, .characterDevice, .blockDevice, .folder, .pipe: true
    case .file, .globalHeader, .other: false
    }
  }
}
