/// What keeps the launcher from handing over, said to the person and turned into an exit status.
struct LauncherError: Error {
  /// A fabfile that can't be used, or a command line that makes no sense.
  static let usageStatus: Int32 = 2
  /// Something is wrong with the installation or the machine, not with what the person wrote.
  static let internalStatus: Int32 = 70

  /// What happened, with the paths that matter in it.
  var message: String
  /// What the person can do about it.
  var hint: String?
  var status = LauncherError.usageStatus

  var description: String {
    let first = "swab: \(message)\n"
    guard let hint else { return first }
    return first + "hint: \(hint)\n"
  }
}
