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
    self.root = root
    self.ignore = ignore
    self.kept = kept
    self.omitted = omitted
    // With a dot at its end the path is that of a folder, also if a link leads there.
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
      if let item = try visit(path, parent: level.matches) { return item }
    }
    return nil
  }

  /// Opens what has that path if it is a folder with something to be had in it, and gives it if the
  /// item itself is to be had.
  private mutating func visit(_ path: [UInt8], parent: DockerIgnore.Matches?) throws -> Item? {
    if omitted.contains(path) { return nil }
    let verdict = ignore?.judge(path, parent: parent)
    let isExcluded = verdict?.isExcluded ?? false
    let isWanted = !isExcluded || kept.contains(path)
    let isEntered = !isExcluded || ignore?.mayEnter(path) == true || leadsToKept(path)
    guard isWanted || isEntered else { return nil }
    let place = LocalFiles.join(root, path)
    do {
      let item = Item(path: path, place: place, status: try LocalFiles.status(of: place))
      if item.isFolder, isEntered { try open(path, place, matches: verdict?.matches) }
      return isWanted ? item : nil
    } catch  where !isWanted && LocalFiles.isGone(place) {
      // What is left out, others may take away meanwhile.
      return nil
    }
  }

  private func leadsToKept(_ path: [UInt8]) -> Bool {
    kept.contains { $0.starts(with: path + [UInt8(ascii: "/")]) }
  }
}
