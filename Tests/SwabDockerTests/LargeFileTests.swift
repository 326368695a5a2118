import Foundation
import SwabTestSupport
import Testing

@testable import SwabDocker

/// Files beyond what an old tar header has room for, and folders that are packed as they are sent.
@Suite("Large files and folders in archives")
struct LargeFileTests {
  private static let size = 9 << 30

  /// Makes a file of 9 GiB with contents at these places, and holes otherwise.
  private func makeLargeFile(_ path: String, contents offsets: some Sequence<Int>) throws {
    let file = open(path, O_CREAT | O_WRONLY, 0o644)
    try #require(file >= 0)
    defer { close(file) }
    for offset in offsets { try #require(pwrite(file, "x", 1, off_t(offset)) == 1) }
    try #require(ftruncate(file, off_t(Self.size)) == 0)
  }

  /// What GNU tar and python read of the beginning of an archive: each file's size and name.
  private func listings(of archive: String) async throws -> [String] {
    let tar = try await RunningProcess.run("tar", ["-tvf", archive])
    let script = """
      import sys, tarfile
      for entry in tarfile.open(sys.argv[1], "r:"):
        print(entry.size, entry.name, flush=True)
        if entry.size > 1 << 33 and not entry.issparse(): break
      """
    let python = try await RunningProcess.run("python3", ["-c", script, archive])
    let listed = tar.standardOutput.split(separator: "\n").map { line in
      let words = line.split(separator: " ")
      return "\(words[2]) \(words[words.count - 1])"
    }
    #expect(python.standardOutput.split(separator: "\n").map(String.init) == listed)
    return listed
  }

  @Test("a file without room for its size in a plain header has it in an extended one")
  func dense() async throws {
    try await withTemporaryFolder { folder in
      // So many pieces that it is sent as a whole, though there is hardly anything of it.
      let offsets = stride(from: 0, to: Self.size, by: 1 << 20)
      #expect(offsets.underestimatedCount > SparseMap.extentLimit)
      try folder.write("", to: "in/large")
      try makeLargeFile(folder.path("in/large"), contents: offsets)
      let packer = TarPacker([.tree(TarTree(place: folder.path("in"), path: ""))])
      let beginning = try #require(try packer.next())
      let archive = folder.path("beginning.tar")
      try Data(beginning.readableBytesView).write(to: URL(fileURLWithPath: archive))
      #expect(try await listings(of: archive) == ["\(Self.size) large"])
    }
  }

  @Test("a file of holes is sent as little as it is, whatever its size")
  func sparse() async throws {
    try await withTemporaryFolder { folder in
      try folder.write("after", to: "in/next")
      try makeLargeFile(folder.path("in/large"), contents: [5, 8 << 30])
      let bytes = try packed([.tree(TarTree(place: folder.path("in"), path: ""))])
      #expect(bytes.count < 1 << 16)
      let archive = folder.path("all.tar")
      try Data(bytes).write(to: URL(fileURLWithPath: archive))
      #expect(try await listings(of: archive) == ["\(Self.size) large", "5 next"])
      let tar = try await RunningProcess.run("tar", ["-C", folder.path, "-xf", archive])
      #expect(tar.exitStatus == 0, "\(tar.standardError)")
      let attributes = try FileManager.default.attributesOfItem(atPath: folder.path("large"))
      #expect(attributes[.size] as? Int == Self.size)
      let handle = try #require(FileHandle(forReadingAtPath: folder.path("large")))
      for offset in [5, 8 << 30] {
        try handle.seek(toOffset: UInt64(offset))
        #expect(try handle.read(upToCount: 2) == Data([UInt8(ascii: "x"), 0]))
      }
    }
  }

  @Test("a folder is read as it is sent, without a copy of it (DE-80)")
  func noCopy() async throws {
    try await withTemporaryFolder { folder in
      try folder.write(String(repeating: "x", count: 4 << 20), to: "in/first")
      try folder.write("old", to: "in/second")
      let packer = TarPacker([.tree(TarTree(place: folder.path("in"), path: ""))])
      var archive = try #require(try packer.next())
      try folder.write("new", to: "in/second")
      while var piece = try packer.next() { archive.writeBuffer(&piece) }
      let file = folder.path("all.tar")
      try Data(archive.readableBytesView).write(to: URL(fileURLWithPath: file))
      let tar = try await RunningProcess.run("tar", ["-xOf", file, "second"])
      #expect(tar.standardOutput == "new")
    }
  }
}
