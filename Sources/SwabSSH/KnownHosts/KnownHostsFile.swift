#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

import Synchronization

/// A known_hosts file that new keys are added to.
///
/// It blocks: thread pool only.
struct KnownHostsFile {
  var path: String
  /// Whether names are hashed (HashKnownHosts).
  var hashesNames: Bool
  private let memory = Memory()

  /// The file as it was when it was last read or written here.
  ///
  /// Spares reading and searching it again for each of a thousand new hosts.
  private final class Memory: Sendable {
    struct Content {
      var version: FileAccess.Version
      /// What it says beyond what the hosts were already looked up in.
      var news: KnownHosts
      var needsNewline: Bool
    }

    let content = Mutex<Content?>(nil)
  }

  init(path: String, hashesNames: Bool) {
    self.path = path
    self.hashesNames = hashesNames
  }

  enum Outcome: Sendable, Hashable {
    case added
    /// Another process, or another host of ours, was faster.
    case alreadyThere
    /// Another process was faster, and has another key of the host, or has revoked this one.
    case refused(KnownHost.Finding)
    /// The key couldn't be kept, for the reason given: the run goes on without.
    case notKept(String)
  }

  /// Takes down what the file said when it was read for looking hosts up.
  func remember(_ bytes: [UInt8], version: FileAccess.Version) {
    let content = Self.content(bytes, news: KnownHosts(), version: version)
    memory.content.withLock { $0 = content }
  }

  private static func content(
    _ bytes: [UInt8],
    news: KnownHosts,
    version: FileAccess.Version
  ) -> Memory.Content {
    let needsNewline = bytes.last.map { $0 != UInt8(ascii: "\n") } ?? false
    return Memory.Content(version: version, news: news, needsNewline: needsNewline)
  }

  /// Adds the key of a host that is in none of the files, unless somebody has added one since they
  /// were read: under a lock, in one write.
  ///
  /// ssh itself takes no lock, but it appends in one write as well, so that lines never mix.
  func add(_ key: SSHPublicKey, address: String, port: Int) -> Outcome {
    do {
      makeFolder()
      let descriptor = try openLocked()
      // Closing lets go of the lock.
      defer { close(descriptor) }
      let status = try FileAccess.status(of: descriptor, path: path)
      guard status.isRegular else { return .alreadyThere }
      var content = try content(descriptor, version: status.version)
      switch content.news.host(address: address, port: port).find(key) {
      case .unknown: break
      case .match: return .alreadyThere
      case let finding: return .refused(finding)
      }
      let name = KnownHosts.name(address: address, port: port)
      let line = line(key, name: hashesNames ? HashedName.field(for: name) : name)
      let bytes = Array((content.needsNewline ? "\n" + line : line).utf8)
      try append(bytes, to: descriptor)
      // By its plain name, which is found sooner.
      content.news.add(Array(self.line(key, name: name).utf8), file: path)
      content.needsNewline = false
      content.version = try FileAccess.status(of: descriptor, path: path).version
      // ssh takes no lock: what it added in between has not been read.
      if content.version.size == status.version.size + bytes.count {
        memory.content.withLock { [content] in $0 = content }
      }
      return .added
    } catch {
      return .notKept(error.reason)
    }
  }

  /// What the file says, read unless nobody but us has written to it.
  private func content(
    _ descriptor: Int32,
    version: FileAccess.Version
  ) throws(FileAccess.Failure) -> Memory.Content {
    // Taken out, so that adding to it copies nothing.
    if let content = memory.content.withLock({ $0.take() }), content.version == version {
      return content
    }
    let bytes = try FileAccess.readAll(descriptor, path: path)
    var news = KnownHosts()
    news.add(bytes, file: path)
    return Self.content(bytes, news: news, version: version)
  }

  /// Makes the folder, which is ~/.ssh as a rule, so that only its owner enters it.
  private func makeFolder() {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return }
    mkdir(String(path[..<slash]), 0o700)
  }

  /// Opens the file, made if it isn't there, and locks it; the lock of others is waited for, but not forever.
  private func openLocked() throws(FileAccess.Failure) -> Int32 {
    for _ in 0..<500 {
      let descriptor = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
      guard descriptor >= 0 else { throw FileAccess.Failure(path: path, errno: errno) }
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0, isStillNamed(descriptor) { return descriptor }
      let failure = errno
      close(descriptor)
      guard failure == EWOULDBLOCK || failure == EINTR || failure == 0 else {
        throw FileAccess.Failure(path: path, errno: failure)
      }
      usleep(10_000)
    }
    throw FileAccess.Failure(path: path, errno: ETIMEDOUT)
  }

  /// Whether the file is still the one of that name: `ssh-keygen -R` puts a new one in its place.
  private func isStillNamed(_ descriptor: Int32) -> Bool {
    var (mine, named) = (stat(), stat())
    errno = 0
    return fstat(descriptor, &mine) == 0 && stat(path, &named) == 0
      && mine.st_ino == named.st_ino && mine.st_dev == named.st_dev
  }

  private func line(_ key: SSHPublicKey, name: String) -> String {
    "\(name) \(key.type) \(Base64.encode(key.blob))\n"
  }

  /// Writes all at once; a part of a line, left by a full disk, is taken back.
  private func append(_ bytes: [UInt8], to descriptor: Int32) throws(FileAccess.Failure) {
    let end = lseek(descriptor, 0, SEEK_END)
    #if canImport(Glibc)
      let count = Glibc.write(descriptor, bytes, bytes.count)
    #elseif canImport(Musl)
      let count = Musl.write(descriptor, bytes, bytes.count)
    #elseif canImport(Darwin)
      let count = Darwin.write(descriptor, bytes, bytes.count)
    #endif
    guard count != bytes.count else { return }
    let failure = count < 0 ? errno : ENOSPC
    // Only if nobody has added to it since.
    if count > 0, lseek(descriptor, 0, SEEK_END) == end + off_t(count) {
      ftruncate(descriptor, end)
    }
    throw FileAccess.Failure(path: path, errno: failure)
  }
}
