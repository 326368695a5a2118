import Foundation
import NIOCore
import SwabTestSupport
import Synchronization
import Testing

@testable import SwabDocker

/// The whole archive of these parts.
func packed(_ parts: [TarPart]) throws -> [UInt8] {
  let packer = TarPacker(parts)
  var bytes: [UInt8] = []
  while let piece = try packer.next() { bytes += piece.readableBytesView }
  return bytes
}

/// What is sent of an upload.
func collect(_ upload: DockerUpload) async throws -> [UInt8] {
  let bytes = Mutex<[UInt8]>([])
  try await upload.produce { piece in bytes.withLock { $0 += piece.readableBytesView } }
  return bytes.withLock { $0 }
}

@Suite("Writing tar archives")
struct TarWriterTests {
  private static let long = String(repeating: "folder/", count: 45) + "name with ü"

  @Test(
    "says what there is, in headers that can be read again",
    arguments: [
      entry(.file, "a"), entry(.folder, "a/b/"), entry(.file, long),
      entry(.file, String(repeating: "n", count: 100)),
      entry(.file, String(repeating: "n", count: 101)),
      entry(.file, String(repeating: "p", count: 155) + "/" + String(repeating: "n", count: 100)),
      entry(.folder, String(repeating: "p", count: 156) + "/"),
      entry(.file, "line\nbreak"), entry(.file, "/" + String(repeating: "n", count: 100)),
      entry(.link, "l") { $0.linkTargetBytes = Array(long.utf8) },
      entry(.hardLink, "h") { $0.linkTargetBytes = Array("a".utf8) },
      entry(.file, "large") { $0.size = 9 << 30 },
      entry(.file, "old") { $0.mtime = -1_000_000_000 },
      entry(.file, "late") { $0.mtime = 1 << 40 },
      entry(.file, "owned") { ($0.uid, $0.gid) = (0o7777777, 0o10000000) },
      entry(.characterDevice, "tty") { $0.device = (5, 1) }, entry(.pipe, "p"),
      entry(.file, "no UTF-8") { $0.pathBytes = [0xFF, 0x61] },
      entry(.file, "hole") { ($0.size, $0.unpackedSize) = (512, 1 << 34) },
    ]
  )
  func header(_ entry: TarEntry) throws {
    var reader = TarReader()
    let header = TarWriter.header(of: entry)
    reader.append(header)
    guard case .entry(let read, let bytes) = try reader.next() else {
      Issue.record("no entry")
      return
    }
    #expect(read == entry)
    #expect(bytes == header)
    #expect(header.readableBytes % 512 == 0)
  }

  private static func entry(
    _ kind: TarEntry.Kind,
    _ path: String,
    _ change: (inout TarEntry) -> Void = { _ in }
  ) -> TarEntry {
    var entry = TarEntry(kind, path: path.utf8, mode: 0o644)
    change(&entry)
    return entry
  }

  /// A folder with what folders can have in them.
  static func fill(_ folder: TemporaryFolder) throws {
    let files = FileManager.default
    try folder.write("run", to: "in/tool", mode: 0o755)
    try folder.write("b", to: "in/b-file")
    try folder.write("c", to: "in/b/file")
    try folder.write("ü\n", to: "in/new\nline ü")
    try folder.write("deep", to: "in/\(long)")
    try files.createDirectory(atPath: folder.path("in/empty"), withIntermediateDirectories: true)
    try files.linkItem(atPath: folder.path("in/tool"), toPath: folder.path("in/same"))
    for (name, target) in [("link", "tool"), ("broken", "nowhere"), ("loop", "loop"), ("up", "..")]
    {
      try files.createSymbolicLink(
        atPath: folder.path("in/\(name)"),
        withDestinationPath: target
      )
    }
    try #require(mkfifo(folder.path("in/fifo"), 0o600) == 0)
    let date = Date(timeIntervalSince1970: -1000)
    try files.setAttributes([.modificationDate: date], ofItemAtPath: folder.path("in/b/file"))
  }

  @Test("packs what there is, in the order of names, and no sockets")
  func tree() async throws {
    try await withTemporaryFolder { folder in
      try Self.fill(folder)
      let socket = try await FakeEngine(version: "1.41") { _ in .silence }
      let path = String(socket.address.dropFirst("unix://".count))
      try FileManager.default.linkItem(atPath: path, toPath: folder.path("in/socket"))
      let bytes = try packed([.tree(TarTree(place: folder.path("in"), path: "top"))])
      try await socket.stop()
      let entries = try readTar(bytes)
      let deep = Self.long.split(separator: "/").dropLast()
      let folders = deep.indices.map { "top/" + deep[...$0].joined(separator: "/") + "/" }
      let before = ["", "b/", "b/file", "b-file", "broken", "empty/", "fifo"].map { "top/" + $0 }
      let after = ["link", "loop", "new\nline ü", "same", "tool", "up"].map { "top/" + $0 }
      let expected: [String] = before + folders + ["top/\(Self.long)"] + after
      #expect(entries.map(\.entry.path) == expected)
      let byPath = Dictionary(uniqueKeysWithValues: entries.map { ($0.entry.path, $0) })
      #expect(byPath["top/fifo"]?.entry.kind == .pipe)
      #expect(byPath["top/same"]?.data == Array("run".utf8))
      #expect(byPath["top/tool"]?.entry.kind == .hardLink)
      #expect(byPath["top/tool"]?.entry.linkTarget == "top/same")
      #expect(byPath["top/loop"]?.entry.linkTarget == "loop")
      #expect(byPath["top/b/file"]?.entry.mtime == -1000)
      #expect(byPath["top/same"]?.entry.mode == 0o755)
    }
  }

  @Test("is understood by GNU tar and by python")
  func otherReaders() async throws {
    try await withTemporaryFolder { folder in
      try Self.fill(folder)
      let hole = open(folder.path("in/hole"), O_CREAT | O_WRONLY, 0o644)
      pwrite(hole, "middle", 6, 1 << 25)
      ftruncate(hole, 1 << 26)
      close(hole)
      let archive = folder.path("a.tar")
      let tree = TarPart.tree(TarTree(place: folder.path("in"), path: "in"))
      try Data(try packed([tree])).write(to: URL(fileURLWithPath: archive))
      let size = try FileManager.default.attributesOfItem(atPath: archive)[.size] as? Int ?? 0
      #expect(size < 1 << 20)
      try FileManager.default.createDirectory(
        atPath: folder.path("out"),
        withIntermediateDirectories: true
      )
      let tar = try await RunningProcess.run("tar", ["-C", folder.path("out"), "-xf", archive])
      #expect(tar.exitStatus == 0, "\(tar.standardError)")
      let difference = try await RunningProcess.run(
        "diff",
        ["-r", "--no-dereference", folder.path("in"), folder.path("out/in")]
      )
      #expect(difference.lines.filter { !$0.contains("fifo") } == [])
      let python = try await RunningProcess.run(
        "python3",
        ["-c", "import tarfile, sys; print(len(tarfile.open(sys.argv[1]).getnames()))", archive]
      )
      #expect(Int(python.lines[0]) == (try readTar(try packed([tree])).count))
    }
  }

  @Test("leaves the holes of files out, wherever they are")
  func holes() async throws {
    try await withTemporaryFolder { folder in
      // Contents at the beginning, in the middle, at the end, and nowhere.
      let places: [(String, [Int])] = [
        ("a", [0]), ("b", [1 << 20]), ("c", [(2 << 20) - 1]), ("d", []),
      ]
      for (name, offsets) in places {
        let file = open(folder.path(name), O_CREAT | O_WRONLY, 0o644)
        for offset in offsets { pwrite(file, "x", 1, off_t(offset)) }
        ftruncate(file, 2 << 20)
        close(file)
      }
      let bytes = try packed([.tree(TarTree(place: folder.path, path: ""))])
      #expect(bytes.count < 100_000)
      let entries = try readTar(bytes)
      #expect(entries.map(\.entry.unpackedSize) == Array(repeating: 2 << 20, count: 4))
      #expect(entries.map(\.entry.path) == ["a", "b", "c", "d"])
    }
  }

  @Test(
    "refuses a file that is changed while it is read",
    arguments: ["shorter", "longer", "same"]
  )
  func changed(_ change: String) async throws {
    try await withTemporaryFolder { folder in
      let path = folder.path("file")
      let bytes = [UInt8](repeating: 1, count: 3 << 20)
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      let packer = TarPacker([.tree(TarTree(place: folder.path, path: ""))])
      _ = try packer.next()
      let handle = try #require(FileHandle(forUpdatingAtPath: path))
      switch change {
      case "shorter": try handle.truncate(atOffset: 1 << 20)
      case "longer":
        try handle.seekToEnd()
        try handle.write(contentsOf: Data([2]))
      default:
        try handle.write(contentsOf: Data([2]))
        // The clock that files get their times from ticks rarely.
        var times = [timeval(tv_sec: 1, tv_usec: 0), timeval(tv_sec: 1, tv_usec: 0)]
        utimes(path, &times)
      }
      let error = #expect(throws: DockerError.self) { while try packer.next() != nil {} }
      #expect(error?.code == .fileFailed)
      #expect(error?.message == "reading \(path): it changed while it was read")
      #expect(error?.hint?.contains(".dockerignore") == true)
    }
  }

  @Test("refuses what vanishes between its being found and its being read")
  func vanished() async throws {
    try await withTemporaryFolder { folder in
      try Data(count: 1 << 20).write(to: URL(fileURLWithPath: folder.path("a")))
      try folder.write("b", to: "b")
      let packer = TarPacker([.tree(TarTree(place: folder.path, path: ""))])
      _ = try packer.next()
      try FileManager.default.removeItem(atPath: folder.path("b"))
      let error = #expect(throws: DockerError.self) { while try packer.next() != nil {} }
      #expect(error?.message == "reading \(folder.path("b")): it changed while it was read")
    }
  }

  @Test("names the file that may not be read")
  func unreadable() async throws {
    try await withTemporaryFolder { folder in
      try folder.write("secret", to: "in/no", mode: 0o000)
      for name in ["", "in"] { chmod(folder.path(name), 0o755) }
      let tree = TarPart.tree(TarTree(place: folder.path("in"), path: ""))
      // Root may read anything, so the thread that reads becomes somebody else.
      let error = await withCheckedContinuation { continuation in
        Thread.detachNewThread {
          let error = #expect(throws: DockerError.self) {
            try becomeNobody()
            _ = try packed([tree])
          }
          continuation.resume(returning: error)
        }
      }
      #expect(error?.message == "reading \(folder.path("in/no")): Permission denied")
    }
  }

  @Test("takes over another archive, packed or not", arguments: ["", "z", "j"])
  func archives(_ packing: String) async throws {
    try await withTemporaryFolder { folder in
      try Self.fill(folder)
      let archive = folder.path("a.tar")
      let tar = try await RunningProcess.run(
        "tar",
        ["-C", folder.path("in"), "--sort=name", "-c\(packing)f", archive, "."]
      )
      #expect(tar.exitStatus == 0, "\(tar.standardError)")
      let bytes = try packed([.file("first", [1]), .archive(archive), .file("last", [2])])
      let paths = try readTar(bytes).map(\.entry.path)
      #expect(paths.first == "first" && paths.last == "last")
      #expect(paths.contains("./b/file") && paths.contains("./\(Self.long)"))
    }
  }

  @Test("names the archive that is none")
  func brokenArchives() async throws {
    try await withTemporaryFolder { folder in
      let text = try folder.write(String(repeating: "text\n", count: 1000), to: "text")
      let error = #expect(throws: DockerError.self) { try packed([.archive(text)]) }
      #expect(error?.code == .invalidArchive)
      #expect(error?.message.hasPrefix("\(text): ") == true)
      let xz = folder.path("a.xz")
      try Data([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0, 1]).write(to: URL(fileURLWithPath: xz))
      let packing = #expect(throws: DockerError.self) { try packed([.archive(xz)]) }
      #expect(packing?.message.contains("packed by xz") == true)
      let cut = folder.path("cut.gz")
      let parts: [TarPart] = [
        .file("a", (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) })
      ]
      try await DockerUpload.tar(parts).packed(by: .gzip).save(to: cut)
      let whole = try Data(contentsOf: URL(fileURLWithPath: cut))
      try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: cut))
      let ending = #expect(throws: DockerError.self) { try packed([.archive(cut)]) }
      #expect(ending?.message.contains("ends in its middle") == true)
    }
  }

  @Test(
    "is read no further than it is written, in pieces of one size",
    arguments: [ArchiveCompression.none, .gzip, .bzip2]
  )
  func pace(_ compression: ArchiveCompression) async throws {
    try await withTemporaryFolder { folder in
      // What no packing makes smaller.
      let source = try #require(FileHandle(forReadingAtPath: "/dev/urandom"))
      let noise = try #require(try source.read(upToCount: 8 << 20))
      try noise.write(to: URL(fileURLWithPath: folder.path("noise")))
      let tar = DockerUpload.tar([.tree(TarTree(place: folder.path, path: ""))])
      let read = Atomic(0)
      let counted = DockerUpload(produce: { write in
        try await tar.produce { piece in
          read.add(piece.readableBytes, ordering: .relaxed)
          try await write(piece)
        }
      })
      let written = Atomic(0)
      try await counted.packed(by: compression).produce { piece in
        #expect(piece.readableBytes < 1 << 19)
        // bzip2 packs blocks of 900 kB.
        #expect(read.load(ordering: .relaxed) - written.load(ordering: .relaxed) < 3 << 20)
        written.add(piece.readableBytes, ordering: .relaxed)
      }
      #expect(written.load(ordering: .relaxed) >= 8 << 20)
    }
  }

  @Test("is packed so that others unpack it", arguments: [ArchiveCompression.gzip, .bzip2])
  func compression(_ compression: ArchiveCompression) async throws {
    try await withTemporaryFolder { folder in
      let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }
      let pieces = DockerUpload(produce: { write in
        for start in stride(from: 0, to: bytes.count, by: 70_001) {
          try await write(ByteBuffer(bytes: bytes[start...].prefix(70_001)))
        }
      })
      let path = folder.path("packed")
      try await pieces.packed(by: compression).save(to: path)
      let program = compression == .gzip ? "gzip" : "bzip2"
      let unpacked = try await RunningProcess.run("sh", ["-c", "\(program) -dc <\(path) | cksum"])
      try Data(bytes).write(to: URL(fileURLWithPath: folder.path("plain")))
      let plain = try await RunningProcess.run("sh", ["-c", "cksum <\(folder.path("plain"))"])
      #expect(unpacked.standardOutput == plain.standardOutput)
      // Twice, one behind the other, is one as well.
      let twice = try Data(contentsOf: URL(fileURLWithPath: path))
      try (twice + twice + Data(count: 10)).write(to: URL(fileURLWithPath: path))
      let file = try DecodedFile(Array(path.utf8))
      var read: [UInt8] = []
      while let piece = try file.next() { read += piece.readableBytesView }
      #expect(read == bytes + bytes)
    }
  }

  @Test("is unpacked by the engine, with long names, links, and holes")
  func engine() async throws {
    let docker = try await sharedClient()
    try await withTemporaryFolder { folder in
      try Self.fill(folder)
      let hole = open(folder.path("in/hole"), O_CREAT | O_WRONLY, 0o644)
      pwrite(hole, "middle", 6, 1 << 25)
      ftruncate(hole, 1 << 26)
      close(hole)
      let tree = TarPart.tree(TarTree(place: folder.path("in"), path: "in"))
      try await withContainer(.script("sleep 1000"), of: docker) { name in
        try await docker.start(name)
        try await docker.putArchive(name, path: "/tmp", .tar([tree]))
        let output = try await docker.exec(
          name,
          ["sh", "-c", "cd /tmp/in && md5sum <hole && cat same '\(Self.long)' && readlink loop"]
        )
        let sum = try await RunningProcess.run("sh", ["-c", "md5sum <\(folder.path("in/hole"))"])
        let text = output.output
        #expect(text == "\(sum.standardOutput)rundeeploop\n")
        #expect(try await docker.stat(name, path: "/tmp/in/new\nline ü").size == 3)
        #expect(try await docker.stat(name, path: "/tmp/in/fifo").kind == .other)
        #expect(try await docker.stat(name, path: "/tmp/in/empty").kind == .folder)
      }
    }
    await docker.close()
  }
}
