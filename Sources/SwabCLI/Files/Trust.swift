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
    guard let writer = otherWriter(status) else { return }
    // Nobody should take the rights of a place like /tmp away to run a fabfile there.
    let isShared = status.kind == .folder && status.isSticky
    let rights = status.isWritableByOthers ? "go-w" : "g-w"
    throw .writable(
      status.kind == .folder ? "the folder \(path)" : path,
      by: writer,
      hint: isShared
        ? "keep fabfiles in a folder of your own" : "chmod \(rights) \(quoted(path))"
    )
  }

  /// Refuses a folder unless you and root alone can write to all that is in it, whatever the depth.
  ///
  /// Hidden files are passed over: nothing compiles them, and editors leave all kinds of links there.
  static func checkTree(_ path: String) throws(LauncherError) {
    var folders = [path]
    var seen: Set<[UInt64]> = []
    while let folder = folders.popLast() {
      guard let names = namesInFolder(folder) else { throw .unreadable(folder) }
      for name in names where !name.hasPrefix(".") {
        let path = join(folder, name)
        // A link to nothing can't be compiled either.
        guard let status = FileStatus(path) else { continue }
        try check(path)
        // Links may lead in a circle.
        if status.kind == .folder, seen.insert(status.identity).inserted { folders.append(path) }
      }
    }
  }

  /// Refuses a path if somebody else can put something else in its place, because they can write to
  /// `folder`, which it is in.
  ///
  /// Where the sticky bit is set, as in `/tmp`, they can't: what you own stays where it is.
  static func checkFolder(
    _ folder: String,
    above path: String,
    hint: String
  ) throws(LauncherError) {
    guard let status = FileStatus(folder) else { throw .unreadable(folder) }
    let isYours = status.owner == getuid() || status.owner == 0
    guard let writer = otherWriter(status), !(isYours && status.isSticky) else { return }
    throw LauncherError(
      message: "\(writer) can write to the folder \(folder), and put something else in the place of"
        + " \(path), which would run as your own code",
      hint: hint
    )
  }

  /// Who but you and root can write to a file or folder, or change its rights; nil if nobody can.
  private static func otherWriter(_ status: FileStatus) -> String? {
    guard status.owner == getuid() || status.owner == 0 else { return userName(status.owner) }
    if status.isWritableByOthers { return "everybody" }
    let isShared = status.isWritableByGroup && !isPrivateGroup(status.group, of: status.owner)
    return isShared ? groupName(status.group) : nil
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
  // By scalars, as shells read them: to Swift, a quote with an accent is no quote any more.
  return "'"
    + path.unicodeScalars.map { $0 == "'" ? "'\\''" : String($0) }.joined() + "'"
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
