import Foundation
import NIOCore
import SwabTestSupport
import Testing

@testable import SwabDocker

@Suite("Archives of containers")
struct ArchiveTests {
  /// Lends a container with files in it, which has ended.
  private func withFiles(_ body: (DockerClient, String) async throws -> Void) async throws {
    let docker = try await sharedClient()
    let script = """
      mkdir -p /dir/sub; echo hello >/dir/file; ln -s ../dir/file /dir/link; chmod 4751 /dir/file
      chmod 1777 /dir/sub; mkfifo /dir/pipe; touch -d '2020-02-03 04:05:06' /dir/file
      head -c 300000 /dev/zero >/dir/big; ln -s /dir /alias
      """
    try await withContainer(.script(script), of: docker) { name in
      try await docker.start(name)
      #expect(try await docker.wait(name).exitCode == 0)
      try await body(docker, name)
    }
    await docker.close()
  }

  /// The names in a tar archive, as tar lists them.
  private func names(_ bytes: [UInt8]) async throws -> [String] {
    try await withTemporaryFolder { folder in
      let path = folder.path("archive.tar")
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      let tar = try await RunningProcess.run("tar", ["-tf", path])
      #expect(tar.exitStatus == 0)
      return tar.standardOutput.split(separator: "\n").map(String.init).sorted()
    }
  }

  @Test("tell what a path is (DE-62)")
  func stat() async throws {
    try await withFiles { docker, name in
      let file = try await docker.stat(name, path: "/dir/file")
      #expect(file.name == "file")
      #expect(file.size == 6)
      #expect(file.kind == .file)
      #expect(file.permissions == 0o4751)
      #expect(file.modified == DockerDate("2020-02-03T04:05:06Z"))
      #expect(file.linkTarget == nil)
      let folder = try await docker.stat(name, path: "/dir/sub")
      #expect(folder.kind == .folder)
      #expect(folder.permissions == 0o1777)
      let link = try await docker.stat(name, path: "/dir/link")
      #expect(link.kind == .link)
      #expect(link.name == "link")
      #expect(link.linkTarget == "/dir/file")
      #expect(try await docker.stat(name, path: "/dir/pipe").kind == .other)
      #expect(try await docker.archive(name, path: "/dir/file").stat.raw == file.raw)
      let missing = await #expect(throws: DockerError.self) {
        try await docker.stat(name, path: "/nosuch")
      }
      #expect(missing?.isNotFound == true)
      let empty = await #expect(throws: DockerError.self) { try await docker.stat(name, path: "") }
      #expect(empty?.code == .invalidArgument)
    }
  }

  @Test("are found by a name with the slash of listings (DE-19)")
  func slash() async throws {
    try await withFiles { docker, name in
      #expect(try await docker.stat("/" + name, path: "/dir/file").size == 6)
      let archive = try await docker.archive("/" + name, path: "/dir/file")
      #expect(try await names(archive.bytes.collect(upTo: 1 << 20)) == ["file"])
      try await docker.putArchive("/" + name, path: "/dir/sub", UploadTests.tar("zeros", bytes: 9))
      #expect(try await docker.stat(name, path: "/dir/sub/zeros").size == 9)
      let files = try await names(docker.export("/" + name).collect(upTo: 1 << 26))
      #expect(files.contains("dir/sub/zeros"))
    }
  }

  @Test("are refused where they cannot go (DE-64)")
  func refused() async throws {
    try await withFiles { docker, name in
      let tar = UploadTests.tar("zeros", bytes: 1000)
      let missing = await #expect(throws: DockerError.self) {
        try await docker.putArchive(name, path: "/nosuch", tar)
      }
      #expect(missing?.isNotFound == true)
      let file = await #expect(throws: DockerError.self) {
        try await docker.putArchive(name, path: "/dir/file", tar)
      }
      #expect(file?.message.contains("not a directory") == true)
      let garbage = await #expect(throws: DockerError.self) {
        try await docker.putArchive(
          name,
          path: "/dir",
          DockerUpload([UInt8](repeating: 0x78, count: 10_000))
        )
      }
      #expect(garbage?.code == .engineFailed || garbage?.isBadRequest == true)
      let container = await #expect(throws: DockerError.self) {
        try await docker.putArchive("nosuch", path: "/", tar)
      }
      #expect(container?.isNotFound == true)
      let folder = await #expect(throws: DockerError.self) {
        try await docker.putArchive(
          name,
          path: "/",
          UploadTests.tar("dir", bytes: 10),
          replacesFolders: false
        )
      }
      #expect(folder?.message.contains("cannot overwrite directory") == true)
    }
  }

  @Test("of a folder begin with its name, of its contents with a dot (DE-65)")
  func names() async throws {
    try await withFiles { docker, name in
      let inside = ["big", "file", "link", "pipe", "sub/"]
      let expected = [
        "/dir": ["dir/"] + inside.map { "dir/\($0)" },
        "/dir/.": ["./"] + inside.map { "./\($0)" },
        "/dir/file": ["file"],
        "/alias": ["alias"],
      ]
      for (path, names) in expected {
        let archive = try await docker.archive(name, path: path)
        let found = try await self.names(archive.bytes.collect(upTo: 1 << 24))
        #expect(found == names)
      }
    }
  }

  @Test("packed on the way are the same (DE-66)")
  func gzip() async throws {
    try await withFiles { docker, name in
      for path in ["/dir", "/dir/file", "/bin/busybox"] {
        let plain = try await docker.archive(name, path: path).bytes.collect(upTo: 1 << 24)
        let packed = try await docker.archive(name, path: path, packsOnTheWay: true)
        #expect(try await packed.bytes.collect(upTo: 1 << 24) == plain)
      }
    }
  }

  @Test("that are too large to collect are an error, and free the connection")
  func limit() async throws {
    try await withFiles { docker, name in
      for packsOnTheWay in [false, true] {
        let bytes = try await docker.archive(name, path: "/dir", packsOnTheWay: packsOnTheWay).bytes
        let error = await #expect(throws: DockerError.self) {
          try await bytes.collect(upTo: 100_000)
        }
        #expect(error?.code == .replyTooLarge)
      }
      try await eventually("the connections are gone") {
        await docker.transport.openConnections() == 1
      }
    }
  }

  @Test("hold all files of a container, and go into another one")
  func export() async throws {
    try await withFiles { docker, name in
      let files = try await names(docker.export(name).collect(upTo: 1 << 26))
      #expect(files.contains("dir/file") && files.contains("bin/busybox"))
      try await withContainer(.script("cat /tmp/dir/file"), of: docker) { other in
        let archive = try await docker.archive(name, path: "/dir")
        try await docker.putArchive(other, path: "/tmp", DockerUpload(archive.bytes))
        #expect(try await docker.stat(other, path: "/tmp/dir/file").permissions == 0o4751)
      }
      let missing = await #expect(throws: DockerError.self) { try await docker.export("nosuch") }
      #expect(missing?.isNotFound == true)
    }
  }
}
