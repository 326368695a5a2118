#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The `swiftc` that compiles fabfiles, and the way it is called.
struct Compiler {
  /// The file with the program's entry point, which a person doesn't have to write.
  ///
  /// Its name differs from all that people name their files, and it is what says that a message of
  /// the compiler is not about a file of theirs.
  static let entryPointName = "SwabEntryPoint.swift"
  static let entryPoint = """
    import Swab

    // Foundation has a Host too; what the module itself declares wins over both.
    typealias Host = Swab.Host

    // Nor is the C library's abort() to end all of swab: this one hides it, so that Swab's is left.
    @available(*, unavailable, message: "write: try abort()")
    func abort() -> Never { fatalError() }

    @main enum SwabEntryPoint {
      static func main() async { await swabMain(fabfile) }
    }

    """

  /// How fabfiles are compiled.
  ///
  /// Not optimized: a fabfile waits for its hosts, and the person for the compiler. As a whole
  /// module, since one frontend for all files is two to three times as fast as one for each.
  static let flags = [
    "-Onone", "-whole-module-optimization", "-num-threads", "2", "-swift-version", "6",
    "-module-name", "SwabTasks",
  ]

  let path: String

  /// `$SWAB_SWIFTC`, else the `swiftc` in the path, else the one that built the library.
  init(for installation: Installation) throws(LauncherError) {
    if let chosen = environmentValue("SWAB_SWIFTC") {
      guard let program = findProgram(expandingTilde(chosen)) else {
        throw LauncherError(
          message: "SWAB_SWIFTC names \(chosen), which is no program that can be run",
          hint: "unset it to use the swiftc in your path"
        )
      }
      path = program
      return
    }
    guard let program = findProgram("swiftc") ?? Self.recorded(in: installation) else {
      throw .noCompiler()
    }
    path = program
  }

  private static func recorded(in installation: Installation) -> String? {
    guard let content = readFile(installation.toolchain) else { return nil }
    let line = content.prefix { $0 != UInt8(ascii: "\n") }
    return findProgram(String(decoding: line, as: UTF8.self))
  }

  /// What makes this compiler another one: an update in place changes it as well.
  var stamp: String {
    let resolved = resolvedPath(path) ?? path
    guard let status = FileStatus(resolved) else { return resolved }
    return "\(resolved) \(status.size) \(status.modificationStamp)"
  }

  /// Compiles the sources into `executable`, and shows what the compiler says.
  ///
  /// It runs in the fabfile's folder, so that messages name the files as they are called there, and
  /// the same sources in another folder are the same program.
  func compile(
    _ sources: [String],
    in folder: String,
    scratch: String,
    modules: String,
    against installation: Installation,
    to executable: String
  ) throws(LauncherError) {
    let entryPoint = scratch + "/" + Self.entryPointName
    guard writeNewFile(entryPoint, Self.entryPoint) else { throw .cache(entryPoint) }
    let library = installation.library
    let arguments =
      Self.flags
      + ["-I", library, "-L", library, "-lSwab", "-Xlinker", "-rpath", "-Xlinker", library]
      + ["-module-cache-path", modules]
      + (hasLLD ? ["-use-ld=lld"] : [])
      + (Self.wantsColours ? ["-color-diagnostics"] : [])
      + ["-o", executable] + sources + [entryPoint]
    let call = Subprocess(
      program: path,
      arguments: arguments,
      workingDirectory: folder,
      environment: ["TMPDIR": scratch]
    )
    guard let outcome = call.run() else {
      throw LauncherError(message: "can't start \(path): \(errorText())")
    }
    guard outcome.exitStatus != 0 else {
      writeAll(outcome.output[...], to: STDERR_FILENO)
      return
    }
    let failure = CompilerFailure(
      outcome.output,
      sources: sources,
      folder: folder,
      compiler: self,
      installation: installation
    )
    writeAll(failure.shown[...], to: STDERR_FILENO)
    throw failure.error()
  }

  /// Whether the toolchain has LLVM's linker, which is quicker, and there where binutils isn't.
  private var hasLLD: Bool {
    #if os(Linux)
      fileExists(join(parentFolder(of: path), "ld.lld"))
    #else
      false
    #endif
  }

  /// Colours go to a terminal, unless the person said no.
  private static var wantsColours: Bool {
    isatty(STDERR_FILENO) == 1 && environmentValue("NO_COLOR") == nil
      && environmentValue("TERM") != "dumb"
  }
}

extension LauncherError {
  static func noCompiler() -> LauncherError {
    LauncherError(
      message: "there is no swiftc to compile the fabfile with",
      hint: "install Swift from https://www.swift.org/install and put its usr/bin into PATH,"
        + " or name its compiler: SWAB_SWIFTC=/path/to/usr/bin/swiftc"
    )
  }
}
