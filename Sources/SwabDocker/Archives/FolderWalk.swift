#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Goes through all that is in a folder, in the order of names, and follows no links.
///
/// What a `.dockerignore` leaves out is not given, and excluded folders aren't even opened.
struct FolderWalk {
  /// Something in the folder.
  struct Item {
    /// Its path from the folder on, without a slash at its end.
    var path: [UInt8]
    /// Its path on this machine.
    var place: [UInt8]
    var status: stat

    var isFolder: Bool { status.st_mode & S_IFMT == S_IFDIR }
  }

  /// A folder that was opened, and what of it is still to come.
  private struct Level {
    var path: [UInt8]
    /// The last one comes first.
    var names: [[UInt8]]
    var matches: DockerIgnore.Matches?
  }

  private let root: [UInt8]
  private let ignore: DockerIgnore?
  /// What is given whatever the ignore file says, such as the Dockerfile.
  private let kept: [[UInt8]]
  /// What is not.
  private let omitted: [[UInt8]]
  private var levels: [Level] = []
  /// How many folders were opened so far.
  private(set) var openedFolders = 0

  /// A walk through that folder.
  ///
  /// - Parameters:
  ///   - root: The folder; a link to one will do.
  ///   - ignore: What is left out.
  ///   - kept: Paths from the folder on that aren't, whatever it says.
  ///   - omitted: Paths from the folder on that are, too.
  /// - Throws: A ``DockerError`` with code `fileFailed`.
  init(
    _ root: [UInt8],
    ignore: DockerIgnore? = nil,
    keeping kept: [[UInt8]] = [],
    omitting omitted: [[UInt8]] = []
  ) throws {
    // With a dot at its end the path is that of a folder, also if a link leads there.
    self.root = root
    self.ignore = ignore
    self.kept = kept
    self.omitted = omitted
    try open([], LocalFiles.join(root, [UInt8(ascii: ".")]), matches: nil)
  }

  private mutating func open(
    _ path: [UInt8],
    _ place: [UInt8],
    matches: DockerIgnore.Matches?
  ) throws {
    let names = try LocalFiles.names(in: place)
    openedFolders += 1
    levels.append(Level(path: path, names: names.reversed(), matches: matches))
  }

  /// What comes next; a folder comes before what is in it.
  mutating func next() throws -> Item? {
    while let level = levels.last {
      guard let name = levels[levels.count - 1].names.popLast() else {
        levels.removeLast()
        continue
      }
      let path = LocalFiles.join(level.path, name)
      let place = LocalFiles.join(root, path)
      let item = Item(path: path, place: place, status: try LocalFiles.status(of: place))
      if try visit(item, parent: level.matches) { return item }
    }
    return nil
  }

  /// Opens a folder if there is something to be had in it, and returns whether the item itself is.
  private mutating func visit(_ item: Item, parent: DockerIgnore.Matches?) throws -> Bool {
    if omitted.contains(item.path) { return false }
    guard let ignore else {
      if item.isFolder { try open(item.path, item.place, matches: nil) }
      return true
    }
    let (isExcluded, matches) = ignore.judge(item.path, parent: parent)
    if item.isFolder, !isExcluded || ignore.mayEnter(item.path) || leadsToKept(item.path) {
      try open(item.path, item.place, matches: matches)
    }
    return !isExcluded || kept.contains(item.path)
  }

  private func leadsToKept(_ path: [UInt8]) -> Bool {
    kept.contains { $0.starts(with: path + [UInt8(ascii: "/")]) }
  }
}
