#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Turns a fabfile into an executable, or finds the one that was made of it before.
struct FabfileBuild {
  struct Product {
    var executable: String
    /// Whether a compiler ran just now.
    var isFresh: Bool
  }

  private let fabfile: FabfileLocation
  private let installation: Installation

  init(_ fabfile: FabfileLocation, installation: Installation) {
    self.fabfile = fabfile
    self.installation = installation
  }

  func product() throws(LauncherError) -> Product {
    switch fabfile.tasks {
    case .none: Product(executable: installation.emptyFabfile, isFresh: false)
    case .sources(let sources): try compiled(sources)
    case .package(let folder): try PackageBuild(folder, installation: installation).product()
    }
  }

  /// `swab build`: makes the executable and says where it is.
  func report() throws(LauncherError) {
    guard fabfile.tasks != .none else {
      throw LauncherError(
        message: "there is no \(TaskSources.fileName) (or folder \(TaskSources.folderName)/) beside"
          + " \(fabfile.path), so nothing to build",
        hint: "tasks stand there; swab init writes what is missing"
      )
    }
    let product = try product()
    let state = product.isFresh ? "compiled" : "up to date"
    writeAll(Array("\(state): \(product.executable)\n".utf8)[...], to: STDOUT_FILENO)
  }

  private func compiled(_ sources: [String]) throws(LauncherError) -> Product {
    let compiler = try Compiler(for: installation)
    let cache = try CacheFolder.open()
    let key = try key(of: sources, compiler: compiler)
    if let executable = cache.find(key) { return Product(executable: executable, isFresh: false) }
    let isFresh = try cache.locked(key) { () throws(LauncherError) -> Bool in
      // Who waited for the lock finds what the other one made.
      guard cache.find(key) == nil else { return false }
      try compile(sources, key: key, compiler: compiler, cache: cache)
      return true
    }
    if isFresh { cache.prune() }
    return Product(executable: cache.executable(key), isFresh: isFresh)
  }

  private func compile(
    _ sources: [String],
    key: String,
    compiler: Compiler,
    cache: CacheFolder
  ) throws(LauncherError) {
    try cache.fill(key) { (scratch: String) throws(LauncherError) in
      try compiler.compile(
        sources,
        in: fabfile.folder,
        scratch: scratch,
        modules: cache.modules,
        against: installation,
        to: scratch + "/entry/fabfile"
      )
      // The compiler read the files after they were hashed. If an editor saved one in between, the
      // result is filed under a name that isn't its own.
      guard try self.key(of: sources, compiler: compiler) == key else {
        throw LauncherError(
          message: "the fabfile was changed while it was compiled",
          hint: "start swab again"
        )
      }
    }
  }

  /// What the executable depends on, as one name: same name, same program.
  private func key(of sources: [String], compiler: Compiler) throws(LauncherError) -> String {
    var material = Array("swab fabfile 1\n".utf8)
    func add(_ bytes: [UInt8]) {
      material += Array("\(bytes.count):".utf8) + bytes
    }
    for source in sources {
      let path = join(fabfile.folder, source)
      guard let content = readFile(path) else { throw .unreadable(path) }
      add(Array(source.utf8))
      add(content)
    }
    for path in installation.compiledAgainst {
      guard let status = FileStatus(path) else { throw .unreadable(path) }
      add(Array("\(path) \(status.size) \(status.modificationStamp)".utf8))
    }
    add(Array(compiler.stamp.utf8))
    add(Array(Compiler.flags.joined(separator: " ").utf8))
    add(Array(Compiler.entryPoint.utf8))
    return SHA256.hexDigest(of: material)
  }
}
