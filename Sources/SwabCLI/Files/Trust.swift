#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Whether somebody else could have written a file that is going to be run as code.
///
/// A file or folder is trusted if you or root own it and nobody else can write to it. The sticky
/// bit of a folder such as `/tmp` doesn't help: others could still put a fabfile there that was
/// missing. A file that its group can write to is trusted only if that group is nobody but you, as
/// the ssh of Debian has it: with the umask 002 of many distributions, all your files are like that.
enum Trust {
  /// Refuses the file at `path` unless you and root alone can write to it.
  ///
  /// Of a link, its target is looked at, and the folder that has the target in it.
  static func check(_ path: String) throws(LauncherError) {
    guard let link = FileStatus(path, followsLinks: false), let target = FileStatus(path) else {
      throw .unreadable(path)
    }
    try check(target, path)
    guard link.kind == .link, let resolved = resolvedPath(path) else { return }
    let folder = parentFolder(of: resolved)
    guard let status = FileStatus(folder) else { throw .unreadable(folder) }
    try check(status, folder)
  }

  private static func check(_ status: FileStatus, _ path: String) throws(LauncherError) {
    guard status.owner == getuid() || status.owner == 0 else {
      throw LauncherError(
        message: "\(path) belongs to \(userName(status.owner)), and not to you or root;"
          + " what it says would run as your own code",
        hint: "if you trust it, make it yours: chown \(userName(getuid())) \(quoted(path))"
      )
    }
    let place = status.kind == .folder ? "the folder \(path)" : path
    // Nobody should take the rights of a place like /tmp away to run a fabfile there.
    let isShared = status.kind == .folder && status.isSticky
    let advice = "keep fabfiles in a folder of your own"
    guard !status.isWritableByOthers else {
      throw .writable(
        place,
        by: "everybody",
        hint: isShared ? advice : "chmod go-w \(quoted(path))"
      )
    }
    guard !status.isWritableByGroup || isPrivateGroup(status.group, of: status.owner) else {
      throw .writable(
        place,
        by: groupName(status.group),
        hint: isShared ? advice : "chmod g-w \(quoted(path))"
      )
    }
  }

  /// Whether `user` is the one and only member of `group`.
  static func isPrivateGroup(_ group: gid_t, of user: uid_t) -> Bool {
    guard let account = getpwuid(user) else { return false }
    let name = String(cString: account.pointee.pw_name)
    guard let entry = getgrgid(group), let members = entry.pointee.gr_mem else { return false }
    var index = 0
    while let member = members[index] {
      guard String(cString: member) == name else { return false }
      index += 1
    }
    // Who has the group as the primary one isn't listed as a member of it.
    setpwent()
    defer { endpwent() }
    var isMember = index > 0
    while let other = getpwent() {
      guard other.pointee.pw_gid == group else { continue }
      guard other.pointee.pw_uid == user else { return false }
      isMember = true
    }
    return isMember
  }

  private static func userName(_ user: uid_t) -> String {
    getpwuid(user).map { String(cString: $0.pointee.pw_name) } ?? "user \(user)"
  }

  private static func groupName(_ group: gid_t) -> String {
    "the group \(getgrgid(group).map { String(cString: $0.pointee.gr_name) } ?? String(group))"
  }
}

/// The path as a shell takes it, for commands in hints.
func quoted(_ path: String) -> String {
  let isPlain = path.utf8.allSatisfy { byte in
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."),
      UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: ","):
      true
    default: false
    }
  }
  if isPlain { return path }
  return "'"
    + path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
}

extension LauncherError {
  static func unreadable(_ path: String) -> LauncherError {
    LauncherError(message: "can't read \(path): \(errorText())")
  }

  static func writable(_ place: String, by whom: String, hint: String) -> LauncherError {
    LauncherError(
      message: "\(whom) can write to \(place); what others write there would run as your own code",
      hint: hint
    )
  }
}
