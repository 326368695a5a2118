#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The program `swab`: finds the fabfile, sees to it that it is compiled, and becomes the result.
///
/// It links neither Swab nor Foundation and has Swift's standard library inside it, so that it costs
/// an unchanged fabfile two milliseconds. The command line itself is read by the library, in the
/// program this one becomes: all ways to start swab behave alike.
@main
enum Launcher {
  static func main() {
    // A file that takes the number of a closed one of these would be what the fabfile writes to.
    for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) < 0 {
      _ = open("/dev/null", O_RDWR)
    }
    do {
      try launch(Invocation(CommandLine.arguments))
    } catch {
      writeToStandardError(error.description)
      exit(error.status)
    }
  }

  private static func launch(_ invocation: Invocation) throws(LauncherError) {
    let installation = try Installation.current()
    guard invocation.needsFabfile else {
      try become(installation.emptyFabfile, fabfile: "", installation: installation)
    }
    guard let fabfile = try FabfileSearch(invocation: invocation).fabfile() else {
      guard invocation.command != .build else { throw .nothingToBuild() }
      try become(installation.emptyFabfile, fabfile: "", installation: installation)
    }
    if invocation.command == .build {
      return try FabfileBuild(fabfile, installation: installation).report()
    }
    guard invocation.needsTasks else {
      try become(installation.emptyFabfile, fabfile: fabfile.path, installation: installation)
    }
    try start(fabfile, installation: installation)
  }

  /// Becomes the compiled fabfile.
  ///
  /// Between finding an entry in the cache and starting it, another swab may have pruned it; then it
  /// is compiled once more.
  private static func start(
    _ fabfile: FabfileLocation,
    installation: Installation
  ) throws(LauncherError) -> Never {
    let build = FabfileBuild(fabfile, installation: installation)
    var product = try build.product()
    for _ in 0..<2 where !fileExists(product.executable) {
      product = try build.product()
    }
    try become(product.executable, fabfile: fabfile.path, installation: installation)
  }

  /// Replaces this process by `executable`, with the same arguments.
  ///
  /// What the launcher found goes along in the environment. What stood there before is replaced:
  /// a swab that was started by a task must find its own fabfile.
  private static func become(
    _ executable: String,
    fabfile: String,
    installation: Installation
  ) throws(LauncherError) -> Never {
    setenv("SWAB_FABFILE", fabfile, 1)
    setenv("SWAB_EXECUTABLE", installation.launcher, 1)
    // A task that crashes says where; all threads and registers would hide it, and at a terminal
    // nobody is to be asked what else to look at before swab ends.
    let report = "interactive=no,threads=crashed,registers=none,images=none,limit=4,top=0"
    setenv("SWIFT_BACKTRACE", report, 0)
    execv(executable, CommandLine.unsafeArgv)
    throw LauncherError(
      message: "can't start \(executable): \(errorText())",
      hint: "the folder \(installation.library) belongs to swab; install swab again",
      status: LauncherError.internalStatus
    )
  }
}

extension LauncherError {
  static func nothingToBuild() -> LauncherError {
    LauncherError(
      message: "there is no fabfile.yml here or in the folders above, so nothing to build",
      hint: "swab init writes one, with a Fabfile.swift beside it"
    )
  }
}
