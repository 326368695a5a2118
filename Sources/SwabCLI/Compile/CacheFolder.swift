#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The folder with the compiled fabfiles.
///
/// ```
/// entries/KEY/fabfile   an executable; the folder's time tells when it was last started
/// locks/KEY             held while KEY is being compiled
/// modules-XXXXXXXX/     the compiler's module cache for this path of the cache
/// temporary/XXXXXX/     where a compiler is at work
/// ```
struct CacheFolder {
  /// Entries to keep however old the others are.
  private static let keptEntries = 20
  private static let day = 86_400
  /// Unused entries are dropped after this time, in seconds.
  private static let longestUnused = 30 * day

  let path: String

  /// Its files tell where they lie, and the compiler refuses them once that is somewhere else: a cache
  /// that was moved or mounted elsewhere has another one.
  var modules: String { path + "/modules-" + SHA256.hexDigest(of: Array(path.utf8)).prefix(8) }
  private var entries: String { path + "/entries" }
  private var locks: String { path + "/locks" }
  private var temporaries: String { path + "/temporary" }

  /// Opens the cache, making what is missing of it.
  ///
  /// What lies in there is run as your code, so nobody else may own it, write to it, or put another
  /// folder in its place.
  static func open() throws(LauncherError) -> CacheFolder {
    let path = try location()
    try makeFolders(to: path)
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .cache(path) }
    // From here on without links, which could lead elsewhere by the time the fabfile is started.
    guard let resolved = resolvedPath(path) else { throw .cache(path) }
    let cache = CacheFolder(path: resolved)
    try checkFoldersAbove(resolved)
    for folder in [cache.path, cache.entries, cache.locks, cache.modules, cache.temporaries] {
      guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw .cache(folder) }
      try checkPrivate(folder)
    }
    return cache
  }

  private static func location() throws(LauncherError) -> String {
    let base: String
    if let path = environmentValue("SWAB_CACHE") {
      base = path
    } else if let path = environmentValue("XDG_CACHE_HOME"), path.hasPrefix("/") {
      base = path + "/swab"
    } else if let home = homeFolder() {
      base = home + "/.cache/swab"
    } else {
      throw LauncherError(
        message: "there is no home folder to keep compiled fabfiles in",
        hint: "name a folder of your own: SWAB_CACHE=PATH swab …"
      )
    }
    if base.hasPrefix("/") { return base }
    guard let folder = workingDirectory() else { throw .cache(base) }
    return join(folder, base)
  }

  /// Makes the folders above the cache, as private as the XDG rules ask for.
  private static func makeFolders(to path: String) throws(LauncherError) {
    let parent = parentFolder(of: path)
    guard !fileExists(parent) else { return }
    try makeFolders(to: parent)
    guard mkdir(parent, 0o700) == 0 || errno == EEXIST else { throw .cache(parent) }
  }

  private static func checkFoldersAbove(_ path: String) throws(LauncherError) {
    var folder = path
    repeat {
      folder = parentFolder(of: folder)
      try Trust.checkFolder(
        folder,
        above: "the cache folder \(path)",
        hint: "use one in a folder of your own: SWAB_CACHE=PATH swab …"
      )
    } while folder != "/"
  }

  private static func checkPrivate(_ path: String) throws(LauncherError) {
    guard let status = FileStatus(path, followsLinks: false), status.kind == .folder else {
      throw LauncherError(
        message: "\(path) is no folder, and swab keeps compiled fabfiles there",
        hint: "remove it, or use another cache folder: SWAB_CACHE=PATH swab …"
      )
    }
    guard status.owner == getuid() else {
      throw LauncherError(
        message:
          "the cache folder \(path) belongs to somebody else, who could change what swab runs",
        hint: "use another one: SWAB_CACHE=PATH swab …"
      )
    }
    guard !status.isWritableByGroup, !status.isWritableByOthers else {
      throw LauncherError(
        message: "others can write to the cache folder \(path), and change what swab runs",
        hint: "chmod 700 \(quoted(path)), and remove what is in it if you don't trust it"
      )
    }
  }

  // MARK: Entries

  func executable(_ key: String) -> String { "\(entries)/\(key)/fabfile" }

  /// The compiled fabfile, if it is there; marks it as used now, which keeps it.
  func find(_ key: String) -> String? {
    let path = executable(key)
    guard let status = FileStatus(path), status.kind == .file, status.owner == getuid() else {
      return nil
    }
    utimensat(AT_FDCWD, entries + "/" + key, nil, 0)
    return path
  }

  /// Runs `body` in a fresh folder, and puts what it leaves in its subfolder `entry` in place under
  /// `key`, in one step: nobody ever sees half of an entry.
  func fill(
    _ key: String,
    with body: (_ folder: String) throws(LauncherError) -> Void
  ) throws(LauncherError) {
    let folder = try makeTemporaryFolder()
    defer { removeTree(folder) }
    guard mkdir(folder + "/entry", 0o700) == 0 else { throw .cache(folder) }
    try body(folder)
    let place = entries + "/" + key
    // Taken if somebody with another lock, as on a network file system, was faster: just as good.
    guard rename(folder + "/entry", place) == 0 || errno == EEXIST || errno == ENOTEMPTY else {
      throw .cache(place)
    }
  }

  private func makeTemporaryFolder() throws(LauncherError) -> String {
    var template = Array((temporaries + "/XXXXXX").utf8CString)
    guard mkdtemp(&template) != nil else { throw .cache(temporaries) }
    return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// Holds the lock of `key` during `body`, so that of many starts at once one compiles.
  func locked<Result>(
    _ key: String,
    _ body: () throws(LauncherError) -> Result
  ) throws(LauncherError) -> Result {
    let path = locks + "/" + key
    let descriptor = Self.openLock(path)
    guard descriptor >= 0 else { throw .cache(path) }
    defer { close(descriptor) }
    while flock(descriptor, LOCK_EX) != 0 {
      guard errno == EINTR else { throw .cache(path) }
    }
    return try body()
  }

  /// `open` is also the name of the function that opens the cache.
  private static func openLock(_ path: String) -> CInt {
    #if canImport(Glibc)
      Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    #elseif canImport(Musl)
      Musl.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    #else
      Darwin.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    #endif
  }

  // MARK: Pruning

  /// Drops entries nobody used for a month, all but the newest twenty of those not used today, and
  /// what interrupted compilers left behind.
  ///
  /// A running fabfile survives this: its file is gone only when it ends.
  func prune() {
    let now = time(nil)
    var old = aged(in: entries, now: now)
    old.sort { $0.age < $1.age }
    for (index, entry) in old.enumerated() where entry.age > Self.day {
      if index >= Self.keptEntries || entry.age > Self.longestUnused { removeTree(entry.path) }
    }
    for folder in aged(in: temporaries, now: now) where folder.age > Self.day {
      removeTree(folder.path)
    }
    for lock in aged(in: locks, now: now) where lock.age > Self.longestUnused {
      removeTree(lock.path)
    }
  }

  private func aged(in folder: String, now: Int) -> [(path: String, age: Int)] {
    (namesInFolder(folder) ?? []).compactMap { name in
      let path = folder + "/" + name
      guard let status = FileStatus(path, followsLinks: false) else { return nil }
      return (path, now - status.modified)
    }
  }
}

extension LauncherError {
  static func cache(_ path: String) -> LauncherError {
    LauncherError(
      message: "can't use the cache folder \(path): \(errorText())",
      hint: "swab keeps compiled fabfiles there; SWAB_CACHE=PATH names another folder"
    )
  }
}
