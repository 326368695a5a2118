#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What the file system says about a file.
struct FileStatus {
  enum Kind { case file, folder, link, other }

  private let raw: stat

  /// The status of what is at `path`, links followed unless said; nil with the reason in `errno`.
  init?(_ path: String, followsLinks: Bool = true) {
    var raw = stat()
    guard (followsLinks ? stat(path, &raw) : lstat(path, &raw)) == 0 else { return nil }
    self.raw = raw
  }

  var kind: Kind {
    switch raw.st_mode & S_IFMT {
    case S_IFREG: .file
    case S_IFDIR: .folder
    case S_IFLNK: .link
    default: .other
    }
  }

  var owner: uid_t { raw.st_uid }
  var group: gid_t { raw.st_gid }
  var size: Int64 { Int64(raw.st_size) }
  var isWritableByGroup: Bool { raw.st_mode & 0o020 != 0 }
  var isWritableByOthers: Bool { raw.st_mode & 0o002 != 0 }
  /// Whether only owners may remove what is in this folder, as in `/tmp`.
  var isSticky: Bool { raw.st_mode & S_ISVTX != 0 }
  var device: UInt64 { UInt64(truncatingIfNeeded: raw.st_dev) }
  /// Tells whether two paths lead to the same thing.
  var identity: [UInt64] { [device, UInt64(truncatingIfNeeded: raw.st_ino)] }
  /// When the content last changed, in seconds of the epoch.
  var modified: Int { modification.tv_sec }
  /// The same with all its digits, to tell two versions of a file apart.
  var modificationStamp: String { "\(modification.tv_sec).\(modification.tv_nsec)" }

  private var modification: timespec {
    #if canImport(Darwin)
      raw.st_mtimespec
    #else
      raw.st_mtim
    #endif
  }
}
