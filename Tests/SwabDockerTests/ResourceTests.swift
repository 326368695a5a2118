import Foundation
import NIOCore
import SwabTestSupport
import Testing

@testable import SwabDocker

@Suite("Files and folders of containers")
struct ResourceTests {
  /// Lends a container with a tree of files, and a folder on this machine.
  private func withTree(
    _ body: (DockerClient, _ container: String, TemporaryFolder) async throws -> Void
  ) async throws {
    let docker = try await sharedClient()
    let script = """
      mkdir -p /data1/deep /etc/app; echo one >/data1/one; echo ü >"/data1/deep/ü x"
      chmod 640 /data1/one; chmod 4755 "/data1/deep/ü x"; chown 7:8 /data1/one
      ln -s /nosuch/place /data1/far; ln /data1/one /data1/again; mkfifo /data1/pipe
      ln -s /data1 /link; echo conf >/etc/app/conf; touch -d '2020-02-02 02:02:02' /data1/one
      chmod 500 /data1/deep
      """
    try await withContainer(.script(script), of: docker) { container in
      try await docker.start(container)
      try await docker.wait(container)
      try await withTemporaryFolder { try await body(docker, container, $0) }
    }
    await docker.close()
  }

  /// What tar lists of an archive.
  private func list(_ archive: String) async throws -> Set<String> {
    let listed = try await RunningProcess.run(
      "tar",
      ["--quoting-style=literal", "-tf", archive],
      environment: ["LC_ALL": "C.UTF-8"]
    )
    #expect(listed.exitStatus == 0, "\(listed.lines)")
    return Set(listed.lines)
  }

  private static let contents: Set = [
    "again", "deep/", "deep/ü x", "far", "one", "pipe",
  ]

  @Test("go to an archive: what is in a folder at its root, or the folder itself (DF 30)")
  func copyResource() async throws {
    try await withTree { docker, container, folder in
      let plain = folder.path("plain.tar")
      try await docker.copyResource(container, path: "/data1", to: plain)
      #expect(try await list(plain) == Self.contents)
      let packed = folder.path("packed.tar.gz")
      try await docker.copyResource(container, path: "/data1/", to: packed, contentsOnly: false)
      let whole = Set(Self.contents.map { "data1/" + $0 } + ["data1/"])
      #expect(try await list(packed) == whole)
      let magic = try Data(contentsOf: URL(fileURLWithPath: packed)).prefix(2)
      #expect(magic == Data([0x1F, 0x8B]))
      let file = folder.path("file.tar.bz2")
      try await docker.copyResource(container, path: "/data1/one", to: file)
      #expect(try await list(file) == ["one"])
      // Hard links lead to the new name, and tar follows them there.
      let unpacked = folder.path("unpacked")
      try FileManager.default.createDirectory(atPath: unpacked, withIntermediateDirectories: true)
      let tar = try await RunningProcess.run("tar", ["-C", unpacked, "-xf", plain])
      #expect(tar.exitStatus == 0, "\(tar.lines)")
      #expect(try folder.read("unpacked/again") == "one\n")
    }
  }

  @Test("are those that a link leads to, if that is wanted")
  func links() async throws {
    try await withTree { docker, container, folder in
      let archive = folder.path("link.tar")
      try await docker.copyResource(container, path: "/link", to: archive, contentsOnly: false)
      #expect(try await list(archive) == ["link"])
      try await docker.copyResource(container, path: "/link", to: archive, followsLink: true)
      #expect(try await list(archive) == Self.contents)
      try await docker.copyOut(container, path: "/link", to: folder.path("out"), followsLink: true)
      #expect(try folder.read("out/link/one") == "one\n")
    }
  }

  @Test("go to a folder, as they are")
  func copyOut() async throws {
    try await withTree { docker, container, folder in
      let out = folder.path("out")
      try folder.write("old", to: "out/data1/one")
      try await docker.copyOut(container, path: "/data1", to: out, keepsOwners: true)
      #expect(try folder.read("out/data1/one") == "one\n")
      #expect(try folder.read("out/data1/again") == "one\n")
      #expect(try folder.read("out/data1/deep/ü x") == "ü\n")
      let files = FileManager.default
      #expect(try files.destinationOfSymbolicLink(atPath: out + "/data1/far") == "/nosuch/place")
      let one = try files.attributesOfItem(atPath: out + "/data1/one")
      #expect(one[.posixPermissions] as? Int == 0o640)
      #expect(one[.ownerAccountID] as? Int == 7 && one[.groupOwnerAccountID] as? Int == 8)
      #expect(one[.modificationDate] as? Date == Date(timeIntervalSince1970: 1_580_608_922))
      #expect(one[.referenceCount] as? Int == 2)
      let deep = try files.attributesOfItem(atPath: out + "/data1/deep")
      #expect(deep[.posixPermissions] as? Int == 0o500)
      // Bits that let others run something as somebody else are kept with the owner alone.
      #expect(try permissions(out + "/data1/deep/ü x") == 0o4755)
      let again = folder.path("again")
      try await docker.copyOut(container, path: "/data1", to: again, contentsOnly: true)
      #expect(try permissions(again + "/deep/ü x") == 0o755)
      #expect(try files.attributesOfItem(atPath: again + "/one")[.ownerAccountID] as? Int == 0)
      #expect(Set(try files.contentsOfDirectory(atPath: again)).count == 5)
      let missing = await dockerError {
        try await docker.copyOut(container, path: "/nosuch", to: again)
      }
      #expect(missing?.isNotFound == true)
    }
  }

  private func permissions(_ path: String) throws -> Int {
    var status = stat()
    guard lstat(path, &status) == 0 else { throw TestSupportError("no \(path)") }
    return Int(status.st_mode & 0o7777)
  }

  @Test("go where the mapping says (DF 29)")
  func mapping() async throws {
    try await withTree { docker, container, folder in
      let storage = folder.path("storage")
      var selection = ResourceSelection(["/data1", "/etc/app"], destinations: ["/data1": "d1"])
      try await docker.copyResources(container, selection, to: storage)
      #expect(try folder.read("storage/d1/one") == "one\n")
      #expect(try folder.read("storage/etc/app/conf") == "conf\n")
      #expect(!FileManager.default.fileExists(atPath: storage + "/data1"))
      let archive = folder.path("isolated.tgz")
      selection.destinations = ["/data1/one": "/first", "*": "all/others"]
      selection.paths = ["/data1/one", "/etc/app", "/data1/deep"]
      selection.attributes = ResourceAttributes(user: 12, group: 13, permissions: 0o644)
      try await docker.isolateAndGet(container, selection, to: archive)
      #expect(
        try await list(archive) == [
          "first", "all/others/app/", "all/others/app/conf", "all/others/deep/",
          "all/others/deep/ü x",
        ]
      )
      let verbose = try await RunningProcess.run("tar", ["--numeric-owner", "-tvf", archive])
      #expect(verbose.lines.allSatisfy { $0.contains(" 12/13 ") })
      #expect(verbose.lines.filter { $0.hasPrefix("drwxr-xr-x ") }.count == 2)
      #expect(verbose.lines.filter { $0.hasPrefix("-rw-r--r-- ") }.count == 3)
      for place in ["..", "/", "a/../../b", ""] {
        let bad = ResourceSelection(["/data1"], destinations: ["/data1": place])
        let error = await dockerError {
          try await docker.copyResources(container, bad, to: storage)
        }
        #expect(error?.code == .invalidArgument, "\(place)")
      }
    }
  }

  @Test("go to a place of their own each")
  func places() async throws {
    try await withTree { docker, container, folder in
      let selection = ResourceSelection(["/data1/one", "/data2/one"], destinations: ["*": "x"])
      let error = await dockerError {
        try await docker.copyResources(container, selection, to: folder.path("out"))
      }
      #expect(error?.code == .invalidArgument)
      #expect(error?.message == "/data1/one and /data2/one would both go to 'x/one'")
      #expect(!FileManager.default.fileExists(atPath: folder.path("out")))
    }
  }

  @Test("may belong to a container that somebody else removes")
  func removedMeanwhile() async throws {
    let docker = try await sharedClient()
    let id = try await docker.withTemporaryContainer(of: DockerEngine.image) { container in
      try await docker.removeContainer(container)
      return container
    }
    let error = await dockerError { try await docker.inspectContainer(id) }
    #expect(error?.isNotFound == true)
    await docker.close()
  }

  @Test("make an image of nothing else")
  func isolateToImage() async throws {
    try await withTree { docker, container, folder in
      let name = "swab-test-\(UUID().uuidString.prefix(8).lowercased())"
      var options = ImageImport(repository: name, tag: "v1")
      options.changes = [#"CMD ["/d1/one"]"#]
      let selection = ResourceSelection(["/data1"], destinations: ["/data1": "d1"])
      let id = try await docker.isolateToImage(container, selection, options)
      #expect(try await docker.inspectImage("\(name):v1").id == id)
      try await withContainer(ContainerSpec(image: id), of: docker) { other in
        let archive = folder.path("image.tar")
        try await docker.copyResource(other, path: "/d1", to: archive)
        #expect(try await list(archive) == Self.contents)
      }
      try await docker.removeImage(id)
    }
  }

  @Test("an image goes to an archive that an engine loads, packed if its name says so")
  func saveImage() async throws {
    let docker = try await sharedClient()
    try await withTemporaryFolder { folder in
      for name in ["image.tar", "image.tar.gz"] {
        try await docker.saveImage(DockerEngine.image, to: folder.path(name))
        #expect(try await list(folder.path(name)).contains("manifest.json"))
        let loaded = try await docker.load(.file(folder.path(name)))
        #expect(loaded.names == [DockerEngine.image])
      }
      let missing = await dockerError {
        try await docker.saveImage("nosuch", to: folder.path("no.tar"))
      }
      #expect(missing?.isNotFound == true)
      #expect(!FileManager.default.fileExists(atPath: folder.path("no.tar")))
      let unwritable = await dockerError {
        try await docker.saveImage(DockerEngine.image, to: folder.path("no/such/place.tar"))
      }
      #expect(unwritable?.code == .fileFailed)
    }
    await docker.close()
  }
}

/// What an archive may try, if a container or whoever stands between is evil.
@Suite("An archive that leads out of its folder")
struct EvilArchiveTests {
  /// An archive of these entries, each with some data if it is a file.
  private static func archive(_ entries: [TarEntry]) -> String {
    var bytes = ByteBuffer()
    for var entry in entries {
      let data = entry.kind == .file ? "evil" : ""
      entry.size = data.utf8.count
      bytes.writeImmutableBuffer(TarWriter.header(of: entry))
      bytes.writeString(data)
      bytes.writeImmutableBuffer(TarWriter.padding(after: entry.size))
    }
    bytes.writeImmutableBuffer(TarWriter.end)
    return String(buffer: bytes)
  }

  private static func entry(
    _ kind: TarEntry.Kind,
    _ path: String,
    to target: String? = nil
  ) -> TarEntry {
    var entry = TarEntry(kind, path: path.utf8, mode: 0o777)
    entry.linkTargetBytes = target.map { Array($0.utf8) }
    return entry
  }

  private static let archives: [[TarEntry]] = [
    [entry(.file, "../evil")],
    [entry(.file, "x/../../evil")],
    [entry(.file, "/tmp/evil")],
    [entry(.file, "x/../x/../../evil")],
    [entry(.folder, "../evil/")],
    [entry(.link, "../evil", to: "x")],
    [entry(.file, "elsewhere/evil")],
    // Through a link that the archive brings itself, in one step and in two.
    [entry(.link, "x/out", to: "../.."), entry(.file, "x/out/evil")],
    [entry(.link, "x/out", to: "/tmp"), entry(.folder, "x/out/evil/")],
    [
      entry(.link, "x/a", to: ".."), entry(.link, "x/b", to: "a/.."),
      entry(.file, "x/b/deep/evil"),
    ],
    // Hard links to files outside.
    [entry(.hardLink, "x/h", to: "../secret")],
    [entry(.hardLink, "x/h", to: "/etc/passwd")],
    [entry(.hardLink, "x/h", to: "elsewhere/secret")],
    [entry(.link, "x/out", to: "../.."), entry(.hardLink, "x/h", to: "x/out/secret")],
    // A folder that gives way to a link: its attributes must not be another's. The programs that
    // unpack archives know that one.
    [entry(.folder, "x/d/"), entry(.link, "x/d", to: "../..")],
  ]

  @Test("is refused, and nothing is written there", arguments: archives.indices)
  func refused(_ index: Int) async throws {
    let archive = Self.archive(Self.archives[index])
    let engine = try await Self.engine(archive)
    let docker = try DockerClient(baseURL: engine.address)
    try await withTemporaryFolder { folder in
      try folder.write("hidden", to: "secret", mode: 0o600)
      let error = await dockerError {
        try await docker.copyOut("c", path: "/x", to: folder.path("out"))
      }
      #expect(
        error?.code == .invalidArchive || error?.code == .fileFailed,
        "\(Self.archives[index])"
      )
      let written = Set(try FileManager.default.contentsOfDirectory(atPath: folder.path))
      #expect(written.isSubset(of: ["out", "secret"]), "\(written)")
      #expect(try folder.read("secret") == "hidden")
      let status = try FileManager.default.attributesOfItem(atPath: folder.path("secret"))
      #expect(status[.referenceCount] as? Int == 1 && status[.posixPermissions] as? Int == 0o600)
      let root = try FileManager.default.attributesOfItem(atPath: folder.path)
      #expect(root[.posixPermissions] as? Int == 0o700)
      #expect(!FileManager.default.fileExists(atPath: "/tmp/evil"))
      // An archive of it would be a trap for whoever unpacks that.
      if index < Self.archives.count - 1 {
        let error = await dockerError {
          try await docker.copyResource("c", path: "/x", to: folder.path("again.tar"))
        }
        #expect(error?.code == .invalidArchive, "\(Self.archives[index])")
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(!left.contains { $0.hasPrefix("again") }, "\(left)")
      }
    }
    await docker.close()
    try await engine.stop()
  }

  @Test("by a link that was there before is refused, too, and a file gives way to a file")
  func placed() async throws {
    let archive = Self.archive([
      Self.entry(.file, "x/sub/evil"), Self.entry(.file, "x/file"),
    ])
    let engine = try await Self.engine(archive)
    let docker = try DockerClient(baseURL: engine.address)
    try await withTemporaryFolder { folder in
      try folder.write("", to: "victim/empty")
      try folder.write("", to: "out/x/other")
      let files = FileManager.default
      try files.createSymbolicLink(
        atPath: folder.path("out/x/sub"),
        withDestinationPath: folder.path("victim")
      )
      let error = await dockerError {
        try await docker.copyOut("c", path: "/x", to: folder.path("out"))
      }
      #expect(
        error?.message.contains("leads through a link") == true,
        "\(String(describing: error))"
      )
      #expect(try files.contentsOfDirectory(atPath: folder.path("victim")) == ["empty"])
      // A link in the file's own place is replaced, not followed.
      try files.removeItem(atPath: folder.path("out/x/sub"))
      try files.createSymbolicLink(
        atPath: folder.path("out/x/file"),
        withDestinationPath: folder.path("victim/empty")
      )
      try await docker.copyOut("c", path: "/x", to: folder.path("out"))
      #expect(try folder.read("out/x/file") == "evil" && folder.read("victim/empty") == "")
      // A folder is nothing that gives way.
      try files.removeItem(atPath: folder.path("out/x/file"))
      try folder.write("", to: "out/x/file/inner")
      let blocked = await dockerError {
        try await docker.copyOut("c", path: "/x", to: folder.path("out"))
      }
      #expect(blocked?.code == .fileFailed)
    }
    await docker.close()
    try await engine.stop()
  }

  @Test("in its middle leaves no archive, and says that it isn't whole")
  func truncated() async throws {
    let archive = String(Self.archive([Self.entry(.file, "x/file")]).prefix(700))
    let engine = try await Self.engine(archive)
    let docker = try DockerClient(baseURL: engine.address)
    try await withTemporaryFolder { folder in
      let error = await dockerError {
        try await docker.copyResource("c", path: "/x", to: folder.path("a.tar"))
      }
      #expect(error?.code == .streamTruncated)
      #expect(!FileManager.default.fileExists(atPath: folder.path("a.tar")))
    }
    await docker.close()
    try await engine.stop()
  }

  private static func engine(_ archive: String) async throws -> FakeEngine {
    let mode = 1 << 31 | 0o755
    let stat = Base64.encode(Array(#"{"name":"x","size":1,"mode":\#(mode)}"#.utf8))
    return try await FakeEngine(version: "1.41") { _ in
      .bytes(
        "HTTP/1.1 200 OK\r\nX-Docker-Container-Path-Stat: \(stat)\r\n"
          + "Content-Length: \(archive.utf8.count)\r\n\r\n\(archive)"
      )
    }
  }
}
