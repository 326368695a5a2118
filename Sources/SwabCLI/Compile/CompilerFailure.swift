/// A fabfile that doesn't compile: what is shown of what the compiler said, and what is added.
struct CompilerFailure {
  private let output: CompilerOutput
  private let bytes: [UInt8]
  private let sources: [CompilerHints.Source]
  private let folder: String
  private let compiler: Compiler
  private let installation: Installation

  init(
    _ bytes: [UInt8],
    sources: [String],
    folder: String,
    compiler: Compiler,
    installation: Installation
  ) {
    self.bytes = bytes
    output = CompilerOutput(bytes)
    self.sources = sources.map { name in
      let content = readFile(join(folder, name)) ?? []
      return CompilerHints.Source(name: name, text: String(decoding: content, as: UTF8.self))
    }
    self.folder = folder
    self.compiler = compiler
    self.installation = installation
  }

  /// What to show of the compiler's output: its errors, unless they are only about the entry point,
  /// which the person never wrote.
  var shown: [UInt8] {
    isAboutEntryPoint ? [] : output.withoutNoise(bytes)
  }

  private var isAboutEntryPoint: Bool {
    output.errorsInSources.isEmpty && !output.errorsInEntryPoint.isEmpty
      && entryPointError != nil
  }

  func error() -> LauncherError {
    if isAboutEntryPoint, let entryPointError { return entryPointError }
    let names = sources.count == 1 ? sources.map(\.name).joined() : TaskSources.folderName
    let place = folder == workingDirectory() ? "" : " in \(folder)"
    let hints = toolchainHint.map { [$0] } ?? CompilerHints.hints(for: output, sources: sources)
    return LauncherError(
      message: "\(names)\(place) doesn't compile; nothing was run",
      hint: hints.isEmpty ? nil : hints.joined(separator: "\nhint: ")
    )
  }

  /// What is wrong with `fabfile`, the one name that the entry point uses.
  private var entryPointError: LauncherError? {
    let names = sources.map(\.name).joined(separator: ", ")
    for error in output.errorsInEntryPoint {
      if error.text.contains(inOrder: ["cannot find 'fabfile' in scope"]) {
        return LauncherError(
          message: "there is no `let fabfile` in \(join(folder, names))",
          hint: """
            the list of tasks has this name, outside of all functions and types, as in

                let fabfile = Fabfile {
                  task("hello", "Say hello") { puts("hello") }
                }

            """
        )
      }
      if error.text.contains(inOrder: ["cannot convert value of type '"]) {
        let type = error.text.split(separator: "'").dropFirst().first.map(String.init) ?? "value"
        return LauncherError(
          message: "`fabfile` in \(join(folder, names)) is a \(type), and has to be a Fabfile",
          hint: "write: let fabfile = Fabfile { … }"
        )
      }
    }
    return nil
  }

  /// A library of another compiler's making can't be imported, whatever the fabfile says.
  private var toolchainHint: String? {
    let isOtherVersion = output.text.contains(inOrder: [
      "module compiled with", "cannot be imported by",
    ])
    guard isOtherVersion else { return nil }
    let builder = readFile(installation.toolchain).map { String(decoding: $0, as: UTF8.self) } ?? ""
    let path = builder.split(separator: "\n").first.map(String.init) ?? "/path/to/usr/bin/swiftc"
    return """
      \(compiler.path) is not the compiler that swab was built with; use that one, \
      SWAB_SWIFTC=\(quoted(path)), or install swab again
      """
  }
}
