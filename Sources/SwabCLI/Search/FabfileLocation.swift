/// A fabfile that was found: `fabfile.yml`, and the tasks beside it.
struct FabfileLocation {
  /// Where the tasks are written.
  enum Tasks: Equatable {
    /// Nowhere: commands that need none still work on the hosts of fabfile.yml.
    case none
    /// In Swift files; paths relative to the folder of fabfile.yml.
    case sources([String])
    /// In a package with a `Package.swift` of its own, for tasks that need other packages.
    case package(String)
  }

  /// The absolute path of `fabfile.yml`.
  var path: String
  var tasks: Tasks

  var folder: String { parentFolder(of: path) }
}
