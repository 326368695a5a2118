#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Builds tasks that live in a Swift package, for those who want other packages in their tasks.
///
/// The package has an executable product named `fabfile` that calls `await swabMain(fabfile)` itself.
/// It finds `libSwab.so` and the modules in the folder that `SWAB_LIBRARY` names while it is built:
///
/// ```swift
/// let swab = Context.environment["SWAB_LIBRARY"] ?? "/usr/local/lib/swab"
/// …
/// .executableTarget(
///   name: "fabfile",
///   swiftSettings: [.unsafeFlags(["-I", swab])],
///   linkerSettings: [.unsafeFlags(["-L", swab, "-lSwab", "-Xlinker", "-rpath", "-Xlinker", swab])])
/// ```
///
/// `swift build` decides what is up to date, which takes it half a second each time.
struct PackageBuild {
  private static let productName = "fabfile"

  private let folder: String
  private let installation: Installation

  init(_ folder: String, installation: Installation) {
    self.folder = folder
    self.installation = installation
  }

  func product() throws(LauncherError) -> FabfileBuild.Product {
    let compiler = try Compiler(for: installation)
    let swift = join(parentFolder(of: compiler.path), "swift")
    let executable = folder + "/.build/debug/" + Self.productName
    let before = FileStatus(executable)?.modificationStamp
    let call = Subprocess(
      program: swift,
      arguments: ["build", "--product", Self.productName],
      workingDirectory: folder,
      environment: ["SWAB_LIBRARY": installation.library]
    )
    guard let outcome = call.run() else {
      throw LauncherError(message: "can't start \(swift): \(errorText())")
    }
    guard outcome.exitStatus == 0 else {
      writeAll(outcome.output[...], to: STDERR_FILENO)
      throw LauncherError(
        message: "the package \(folder) doesn't build",
        hint: "see it alone: cd \(quoted(folder)) && SWAB_LIBRARY=\(quoted(installation.library))"
          + " swift build --product \(Self.productName)"
      )
    }
    for part in ["/.build/debug", "/.build/debug/" + Self.productName] {
      try Trust.check(folder + part)
    }
    let isFresh = FileStatus(executable)?.modificationStamp != before
    return FabfileBuild.Product(executable: executable, isFresh: isFresh)
  }
}
