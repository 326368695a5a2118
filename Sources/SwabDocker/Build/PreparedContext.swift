import NIOPosix

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The context of a build as it is sent.
struct PreparedContext: Sendable {
  /// The archive, unless the engine fetches one itself.
  var upload: DockerUpload?
  /// What the engine fetches.
  var remote: String?
  /// The Dockerfile's path in the context, if it isn't the usual one.
  var dockerfile: String?
  /// What is in the Dockerfile, where that is known before it is sent.
  var text: String?

  init(_ spec: BuildSpec) async throws {
    dockerfile = spec.dockerfile.flatMap(Self.plainPath)
    let name = dockerfile ?? "Dockerfile"
    switch spec.context {
    case .archive(let archive): upload = archive
    case .remote(let place): remote = place
    case .dockerfile(let text):
      self.text = text
      let part = TarPart.file(name, Array(text.utf8))
      upload = DockerUpload.tar([part]).packed(by: spec.compression)
    case .context(let context):
      // It may look at files, which may block.
      text = try await NIOThreadPool.singleton.runIfActive { context.text(of: name) }
      upload = context.upload
    case .folder(let folder):
      // So may this.
      let found = try await NIOThreadPool.singleton.runIfActive {
        try FolderContext(folder, dockerfile: spec.dockerfile)
      }
      dockerfile = found.dockerfile
      text = found.text
      upload = DockerUpload.tar(found.parts).packed(by: spec.compression)
    }
  }

  /// A path in the context, without dots and slashes that mean nothing; nil if that is all it has.
  private static func plainPath(_ path: String) -> String? {
    let parts = TarEntry.parts(of: Array(path.utf8)).map { String(decoding: $0, as: UTF8.self) }
    return parts.isEmpty ? nil : parts.joined(separator: "/")
  }
}

/// A folder as the context of a build, and its Dockerfile.
private struct FolderContext: Sendable {
  var parts: [TarPart]
  var dockerfile: String?
  var text: String?

  init(_ folder: String, dockerfile: String?) throws {
    let root = try Self.absolute(folder)
    let name = try dockerfile ?? Self.usualName(in: folder)
    let place = try Self.absolute(name, in: root)
    let bytes = try LocalFiles.contents(of: place)
    text = bytes.map { String(decoding: $0, as: UTF8.self) }
    var tree = TarTree(place: folder, path: "", ignore: .own, kept: [".dockerignore"])
    let start = root.last == UInt8(ascii: "/") ? root : root + [UInt8(ascii: "/")]
    if place.starts(with: start) {
      let inside = String(decoding: place.dropFirst(start.count), as: UTF8.self)
      tree.kept.append(inside)
      parts = [.tree(tree)]
      self.dockerfile = inside
    } else {
      guard let bytes else { throw DockerError.file(place, "there is no such file") }
      self.dockerfile = Self.randomName()
      tree.omitted.append(".dockerignore")
      let ignored = try Self.ignoreText(in: folder, leavingOut: self.dockerfile ?? "")
      parts = [
        .tree(tree), .file(".dockerignore", ignored), .file(self.dockerfile ?? "", bytes),
      ]
    }
  }

  /// The engine looks for the second one, too.
  private static func usualName(in folder: String) throws -> String {
    let names = try LocalFiles.names(in: Array("\(folder)/.".utf8))
    let isThere = { (name: String) in names.contains(Array(name.utf8)) }
    return !isThere("Dockerfile") && isThere("dockerfile") ? "dockerfile" : "Dockerfile"
  }

  /// A name that nothing in the folder has.
  private static func randomName() -> String {
    let numbers = (0..<3).map { _ in UInt64.random(in: 1 << 60 ... .max) }
    return ".dockerfile." + numbers.map { String($0, radix: 16) }.joined()
  }

  /// The folder's rules, and that the Dockerfile from elsewhere is no part of what `COPY` sees.
  private static func ignoreText(in folder: String, leavingOut name: String) throws -> [UInt8] {
    let place = LocalFiles.join(Array(folder.utf8), Array(".dockerignore".utf8))
    // Without rules of its own, the folder has no such file either.
    let own = try LocalFiles.contents(of: place) ?? Array(".dockerignore".utf8)
    return own + Array("\n\(name)\n".utf8)
  }

  /// The path from the root of the file system on, without dots; links stay.
  private static func absolute(_ path: String, in folder: [UInt8]? = nil) throws -> [UInt8] {
    var bytes = Array(path.utf8)
    if bytes.first != UInt8(ascii: "/") {
      bytes = LocalFiles.join(try folder ?? currentFolder(), bytes)
    }
    var parts: [[UInt8]] = []
    for part in TarEntry.parts(of: bytes) {
      if part == Array("..".utf8) { _ = parts.popLast() } else { parts.append(part) }
    }
    return [UInt8(ascii: "/")] + parts.joined(separator: [UInt8(ascii: "/")])
  }

  private static func currentFolder() throws -> [UInt8] {
    var room = [CChar](repeating: 0, count: Int(PATH_MAX))
    guard getcwd(&room, room.count) != nil else { throw DockerError.file([UInt8(ascii: ".")]) }
    return room.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
  }
}

extension DockerContext {
  /// What is in a file of the context, unless that stands in an archive.
  ///
  /// It may read a file of this machine. If that can't be read it gives nothing, since packing the
  /// context will tell.
  func text(of path: String) -> String? {
    let path = TarEntry.parts(of: Array(path.utf8))
    for part in parts.reversed() {
      switch part {
      case .bytes(let entry, let contents) where entry.pathParts == path:
        return String(decoding: contents, as: UTF8.self)
      case .tree(let tree):
        guard let place = tree.place(of: path) else { continue }
        let bytes = try? LocalFiles.contents(of: place)
        if let bytes { return String(decoding: bytes, as: UTF8.self) }
      default: continue
      }
    }
    return nil
  }
}

extension TarTree {
  /// Where on this machine a file is that has that path in the archive; nil if it isn't of this tree.
  fileprivate func place(of parts: [[UInt8]]) -> [UInt8]? {
    let own = TarEntry.parts(of: Array(path.utf8))
    guard parts.starts(with: own) else { return nil }
    return parts.dropFirst(own.count).reduce(Array(place.utf8), LocalFiles.join)
  }
}
