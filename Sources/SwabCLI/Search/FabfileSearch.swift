#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Finds `fabfile.yml`: the one that `-f` names, or else the nearest from the working directory
/// upwards.
///
/// The way up ends at the home folder and at the border of a file system: what lies above may
/// belong to somebody else.
struct FabfileSearch {
  static let fileName = "fabfile.yml"

  private let workingDirectory: String
  private let named: String?

  init(invocation: Invocation) throws(LauncherError) {
    guard let folder = SwabCLI.workingDirectory() else {
      throw LauncherError(message: "can't tell the working directory: \(errorText())")
    }
    workingDirectory = folder
    named = invocation.fabfile
  }

  /// The fabfile and its tasks, or nil where there is none.
  func fabfile() throws(LauncherError) -> FabfileLocation? {
    guard let path = try path() else { return nil }
    try Trust.check(parentFolder(of: path))
    try Trust.check(path)
    return FabfileLocation(path: path, tasks: try TaskSources(fabfile: path).find())
  }

  private func path() throws(LauncherError) -> String? {
    guard let named else { return try nearest() }
    return try namedPath(named)
  }

  /// The path that `-f` means: a file, or the folder that has a `fabfile.yml` in it.
  private func namedPath(_ written: String) throws(LauncherError) -> String {
    let expanded = expandingTilde(written)
    let path = expanded.hasPrefix("/") ? expanded : join(workingDirectory, expanded)
    guard let status = FileStatus(path) else {
      throw LauncherError(
        message: "can't read \(written): \(errorText())",
        hint: "-f takes the path of a fabfile.yml, or of the folder it is in"
      )
    }
    guard status.kind == .folder else { return path }
    let inside = join(path, Self.fileName)
    guard fileExists(inside) else {
      throw LauncherError(
        message: "there is no \(Self.fileName) in \(written)",
        hint: "swab init writes one, with a Fabfile.swift beside it"
      )
    }
    return inside
  }

  private func nearest() throws(LauncherError) -> String? {
    guard let start = FileStatus(workingDirectory) else { throw .unreadable(workingDirectory) }
    let home = homeFolder().flatMap { FileStatus($0) }?.identity
    var folder = workingDirectory
    while let status = FileStatus(folder), status.device == start.device {
      let path = join(folder, Self.fileName)
      if fileExists(path) { return path }
      try refuseTasksWithoutFabfile(in: folder)
      guard folder != "/", status.identity != home else { return nil }
      folder = parentFolder(of: folder)
    }
    return nil
  }

  /// A `Fabfile.swift` alone is more likely a forgotten file than a wish to search on.
  private func refuseTasksWithoutFabfile(in folder: String) throws(LauncherError) {
    let tasks = join(folder, TaskSources.fileName)
    guard fileExists(tasks) else { return }
    throw LauncherError(
      message: "\(tasks) has no \(Self.fileName) beside it",
      hint: "hosts and settings stand there; an empty one will do: touch"
        + " \(quoted(join(folder, Self.fileName)))"
    )
  }
}
