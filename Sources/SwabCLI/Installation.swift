#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Where the parts of swab lie: `bin/swab`, and `lib/swab/` beside the folder `bin`.
///
/// All is found from the place of the launcher, so the whole can be moved.
struct Installation {
  /// The launcher itself, links resolved.
  var launcher: String
  /// `lib/swab`.
  var library: String

  /// The executable with an empty fabfile, for whatever needs no tasks.
  var emptyFabfile: String { library + "/swab-main" }
  /// The file with the path of the compiler that built the library.
  var toolchain: String { library + "/toolchain" }
  /// What a fabfile is compiled against; when one of these changes, cached fabfiles are stale.
  var compiledAgainst: [String] {
    ["libSwab.so", "Swab.swiftmodule", "SwabDocker.swiftmodule"].map { library + "/" + $0 }
  }

  static func current() throws(LauncherError) -> Installation {
    let launcher = try executablePath()
    let library = parentFolder(of: parentFolder(of: launcher)) + "/lib/swab"
    let installation = Installation(launcher: launcher, library: library)
    guard fileExists(installation.emptyFabfile) else {
      throw LauncherError(
        message: "\(installation.emptyFabfile) is missing",
        hint:
          "bin/swab needs the folder lib/swab beside bin: make install PREFIX=… puts both there",
        status: LauncherError.internalStatus
      )
    }
    return installation
  }

  private static func executablePath() throws(LauncherError) -> String {
    #if os(Linux)
      let start: String? = "/proc/self/exe"
    #else
      let start = CommandLine.arguments.first.flatMap { findProgram($0) }
    #endif
    guard let start, let path = resolvedPath(start) else {
      throw LauncherError(
        message: "can't tell where swab is installed: \(errorText())",
        status: LauncherError.internalStatus
      )
    }
    return path
  }
}
