/// What an archive is made of.
enum TarPart: Sendable {
  /// A file whose contents are here.
  case bytes(TarEntry, [UInt8])
  /// A file or folder of this machine.
  case tree(TarTree)
  /// All entries of another archive, packed or not.
  case archive(String)

  /// A file of these contents.
  static func file(_ path: String, _ contents: [UInt8]) -> TarPart {
    var entry = TarEntry(.file, path: path.utf8, mode: 0o644)
    entry.size = contents.count
    return .bytes(entry, contents)
  }
}

/// A file or folder of this machine that becomes a part of an archive.
struct TarTree: Sendable {
  /// What of a folder is left out.
  enum Ignore: Sendable {
    /// Nothing.
    case nothing
    /// What its own `.dockerignore` says, if it has one.
    case own
    /// This.
    case rules(DockerIgnore)
  }

  /// Its path on this machine.
  var place: String
  /// Its path in the archive; an empty one stands for all that is in the folder.
  var path: String
  /// What of it is left out.
  var ignore = Ignore.nothing
  /// Paths in it that aren't left out, whatever the rules say.
  var kept: [String] = []
  /// Paths in it that are, too.
  var omitted: [String] = []

  /// A walk through the folder; it reads the rules, which may block.
  func walk() throws -> FolderWalk {
    let rules: DockerIgnore? =
      switch ignore {
      case .nothing: nil
      case .own: try DockerIgnore.inFolder(place)
      case .rules(let rules): rules
      }
    return try FolderWalk(
      Array(place.utf8),
      ignore: rules,
      keeping: kept.map { Array($0.utf8) },
      omitting: omitted.map { Array($0.utf8) }
    )
  }
}
