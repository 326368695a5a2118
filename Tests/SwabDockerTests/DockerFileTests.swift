import Foundation
import SwabTestSupport
import Testing

@testable import SwabDocker

@Suite("A Dockerfile that is written")
struct DockerFileTests {
  private func text(_ file: DockerFile) throws -> String {
    var file = file
    try file.finalize()
    return String(decoding: try file.contents(), as: UTF8.self)
  }

  @Test("without anything is its base image and a blank line (DF 44)")
  func empty() throws {
    #expect(try text(DockerFile()) == "FROM tianon/true:latest\n\n")
    #expect(try text(DockerFile(nil, initial: ["# x", "FROM a"])) == "\n# x\nFROM a\n")
    let maintained = DockerFile("debian:12", maintainer: "A \"B\" <$a@example.com>")
    #expect(
      try text(maintained)
        == "FROM debian:12\n\nLABEL \"maintainer\"=\"A \\\"B\\\" <\\$a@example.com>\"\n\n"
    )
  }

  @Test("ends with what its properties say, in order, and once (DF 45)")
  func finalize() throws {
    var file = DockerFile()
    try file.addFile("/x/a", removesFinally: true)
    try file.addFile("/x/b c", removesFinally: true)
    file.healthcheck = "CMD true"
    file.stopSignal = "SIGINT"
    file.labels = ["b": "2", "a": "1\n\"2\" \\"]
    file.expose = ["80", "53/udp"]
    file.command = "serve"
    file.entrypoint = ["/bin/app", "-v"]
    file.shell = #"["/bin/ash", "-c"]"#
    file.commandWorkdir = "/srv"
    file.commandUser = "app"
    file.addVolume("/data")
    file.addVolume("/log")
    try file.finalize()
    let text = """
      FROM tianon/true:latest

      ADD a a
      ADD ["b c", "b c"]
      RUN rm -Rf a
      RUN rm -Rf 'b c'

      VOLUME ["/data", "/log"]
      USER app
      WORKDIR /srv
      SHELL ["/bin/ash", "-c"]
      ENTRYPOINT ["/bin/app", "-v"]
      CMD ["serve"]
      EXPOSE 80 53/udp
      LABEL "a"="1\\
      \\"2\\" \\\\" "b"="2"
      STOPSIGNAL SIGINT
      HEALTHCHECK CMD true

      """
    #expect(String(decoding: try file.contents(), as: UTF8.self) == text)
    try file.finalize()
    #expect(String(decoding: try file.contents(), as: UTF8.self) == text)
    let error = #expect(throws: DockerError.self) { try file.run("true") }
    #expect(error?.message == "a finalized Dockerfile can't be written to")
    #expect(throws: DockerError.self) { try file.blank() }
    #expect(throws: DockerError.self) { try file.addFile("x") }
    // Setting a property can't throw, so all that follows does.
    file.expose = ["81"]
    let late = #expect(throws: DockerError.self) { try file.contents() }
    #expect(late?.message == "expose was set after the Dockerfile was finalized")
    #expect(throws: DockerError.self) { try file.finalize() }
    #expect(throws: DockerError.self) { try DockerContext(file) }
  }

  @Test(
    "has commands as lists, or as a shell takes them (DF 46)",
    arguments: [
      ("a b c", #"["a", "b", "c"]"#, "a b c"), (["a", "b", "c"], #"["a", "b", "c"]"#, "a b c"),
      ("", "[]", "[]"), ([], "[]", "[]"), ("a  b ", #"["a", "b"]"#, "a  b "),
      (#"a 'b c' "d \"e""#, #"["a", "b c", "d \"e"]"#, #"a 'b c' "d \"e""#),
      (#"a b\ c"#, #"["a", "b c"]"#, #"a b\ c"#), (["a b", "ü"], #"["a b", "ü"]"#, "a b ü"),
      ("a \\\n  b \"c\\\nd\"", #"["a", "b", "cd"]"#, "a \\\n  b \"c\\\nd\""),
      ("a ''", #"["a", ""]"#, "a ''"), (#""a\b" '\'"#, #"["a\\b", "\\"]"#, #""a\b" '\'"#),
    ] as [(DockerFile.Command, String, String)]
  )
  func commands(_ command: DockerFile.Command, _ list: String, _ shell: String) throws {
    #expect(try DockerFile.formatted(command, isShell: false) == list)
    #expect(try DockerFile.formatted(command, isShell: true) == shell)
  }

  @Test("says which command can't be split")
  func unclosed() throws {
    var file = DockerFile()
    file.command = "echo 'a"
    let error = #expect(throws: DockerError.self) { try file.finalize() }
    #expect(error?.message == "'echo 'a' ends within a quote, or with a backslash")
  }

  @Test("has instructions one by one, in series, and joined (DF 47)")
  func instructions() throws {
    var file = DockerFile(nil)
    try file.runAll("a", ["b", "c"], nil)
    try file.runJoin("a", "b")
    try file.prefix("ENV", "X", "1")
    try file.prefix("ONBUILD")
    try file.prefixAll("COPY", ["a", "/"], "")
    try file.comment("why")
    try file.comment()
    try file.run("echo", "ü")
    try file.write("# raw")
    try file.write([0x0A])
    try file.writeLines(["x", "y"])
    #expect(
      try text(file) == """

        RUN a
        RUN b c

        RUN a && b
        ENV X 1
        ONBUILD
        COPY a /

        # why
        #
        RUN echo ü
        # raw
        x
        y

        """
    )
  }

  @Test("adds a folder by the last part of its path (DF 48)")
  func addFolder() async throws {
    try await withTemporaryFolder { folder in
      try folder.write("1", to: "x/dir/file")
      var file = DockerFile()
      #expect(try file.addFile(folder.path("x/dir/")) == "dir")
      #expect(try text(file).hasSuffix("\nADD dir dir\n"))
      let bytes = try packed(try DockerContext(file).parts)
      #expect(try readTar(bytes).map(\.entry.path) == ["dir/", "dir/file", "Dockerfile"])
      #expect(throws: DockerError.self) { try file.addFile("/") }
      #expect(throws: DockerError.self) { try file.addFile("..") }
    }
  }

  @Test("adds a file by the name it has in the context, and removes it once (DF 49)")
  func addFile() throws {
    var file = DockerFile()
    let path = try file.addFile(
      "/src/app.conf",
      to: "/etc/app.conf",
      contextPath: "conf/app",
      removesFinally: true
    )
    #expect(path == "conf/app")
    try file.addFile(
      "/src/app.conf",
      to: "/etc/app.conf",
      contextPath: "conf/app",
      removesFinally: true
    )
    let error = #expect(throws: DockerError.self) {
      try file.addFile("/other", to: "/other", contextPath: "conf/app")
    }
    #expect(error?.message.contains("/src/app.conf in the context already") == true)
    #expect(throws: DockerError.self) { try file.addFile("a", to: "/a", contextPath: "../a") }
    // Not all that is in there.
    #expect(throws: DockerError.self) { try file.addFile("a", to: "/a/", removesFinally: true) }
    #expect(
      try text(file) == """
        FROM tianon/true:latest

        ADD conf/app /etc/app.conf
        ADD conf/app /etc/app.conf
        RUN rm -Rf /etc/app.conf


        """
    )
  }

  @Test("expands what it is asked to in paths")
  func expansion() throws {
    // One that is set: setting another is nothing that other threads may do something beside.
    let value = try #require(ProcessInfo.processInfo.environment["PATH"])
    let home = ProcessInfo.processInfo.environment["HOME"] ?? NSHomeDirectory()
    let variables = [
      ("$PATH/a", "\(value)/a"), ("${PATH}b", "\(value)b"),
      ("$NOSUCH_X", "$NOSUCH_X"),
      ("a$", "a$"), ("${PATH", "${PATH"), ("ü$PATH$", "ü\(value)$"),
    ]
    for (path, expected) in variables { #expect(PathExpansion.variables(in: path) == expected) }
    for (path, expected) in [
      ("~/a", home + "/a"), ("~", home), ("a~", "a~"),
      ("~root/a", (NSHomeDirectoryForUser("root") ?? "") + "/a"),
      ("~nosuch/a", "~nosuch/a"),
    ] {
      #expect(PathExpansion.user(in: path) == expected)
    }
    var file = DockerFile(nil)
    try file.addFile("$PATH/a*[1]?.txt", expandsVariables: true)
    try file.addFile("$PATH")
    #expect(
      try text(file)
        == "\nADD a[*][[]1][?].txt a*[1]?.txt\nADD \\$PATH \\$PATH\n"
    )
    #expect(file.files.map(\.place) == ["\(value)/a*[1]?.txt", "$PATH"])
  }

  @Test(
    "adds files whose names mean something to Dockerfiles, by these names",
    arguments: [
      ("it's", nil, #"ADD ["it\\'s", "it\\'s"]"#), (#"a"b"#, nil, #"ADD ["a\\\"b", "a\\\"b"]"#),
      (#"a\b"#, nil, #"ADD a[\\\\]b a\\b"#), (#"a\"#, nil, #"ADD ["a[\\\\\\\\]", "a\\\\"]"#),
      ("-x", nil, #"ADD ["-x", "-x"]"#), ("a<b", nil, #"ADD ["a<b", "a<b"]"#),
      ("a", #"/$HOME/\$x/it's"#, #"ADD ["a", "/$HOME/\\$x/it\\'s"]"#), ("a", "/b", "ADD a /b"),
    ] as [(String, String?, String)]
  )
  func oddNames(_ name: String, _ destination: String?, _ line: String) throws {
    var file = DockerFile(nil)
    try file.addFile("/src/\(name)", to: destination, contextPath: name)
    #expect(try text(file) == "\n\(line)\n")
  }

  @Test(
    "adds what is at the top of an archive, and brings all of it along (DF 50)",
    arguments: ["z", "j", ""]
  )
  func addArchive(_ packing: String) async throws {
    try await withTemporaryFolder { folder in
      try folder.write("1", to: "in/app/bin/tool", mode: 0o755)
      try folder.write("2", to: "in/read me")
      let archive = folder.path("a.tar")
      for names in [["."], ["app", "read me"], ["app/bin/tool", "read me"]] {
        let tar = try await RunningProcess.run(
          "tar",
          ["-C", folder.path("in"), "--sort=name", "-c\(packing)f", archive] + names
        )
        #expect(tar.exitStatus == 0, "\(tar.standardError)")
        var file = DockerFile()
        #expect(try await file.addArchive(archive) == ["app", "read me"])
        try await file.addArchive(archive, to: "/opt", removesFinally: true)
        #expect(
          try text(file).hasSuffix(
            """

            ADD app app
            ADD ["read me", "read me"]
            ADD app /opt/app
            ADD ["read me", "/opt/read me"]
            RUN rm -Rf /opt/app
            RUN rm -Rf '/opt/read me'


            """
          )
        )
        let entries = try readTar(packed(try DockerContext(file).parts))
        let parts = entries.map { $0.entry.pathParts.map { String(decoding: $0, as: UTF8.self) } }
        #expect(parts.contains(["app", "bin", "tool"]) && parts.contains(["read me"]))
      }
      var file = DockerFile()
      await #expect(throws: DockerError.self) { try await file.addArchive("/no/such/archive") }
    }
  }

  @Test("is saved, finalized")
  func save() async throws {
    try await withTemporaryFolder { folder in
      var file = DockerFile("a")
      file.command = "b"
      try await file.save(to: folder.path("Dockerfile"))
      #expect(try folder.read("Dockerfile") == "FROM a\n\nCMD [\"b\"]\n")
      let error = await #expect(throws: DockerError.self) {
        try await file.save(to: folder.path("no/such/folder"))
      }
      #expect(error?.code == .fileFailed)
    }
  }
}

@Suite("The context of a build")
struct DockerContextTests {
  @Test("leaves out what the .dockerignore of a folder says, wherever the folder goes (DF 51)")
  func ignore() async throws {
    try await withTemporaryFolder { folder in
      try folder.write("*.log\n!keep.log", to: "in/.dockerignore")
      for name in ["a.log", "keep.log", "file", "sub/b.log"] {
        try folder.write(name, to: "in/\(name)")
      }
      let kept = [".dockerignore", "file", "keep.log", "sub/", "sub/b.log"]
      for (name, prefix) in [
        ("dst", "dst/"), ("/abs/dst", "abs/dst/"), (".", ""), ("./dst/", "dst/"),
      ] {
        var context = try DockerContext()
        try context.add(folder.path("in"), as: name)
        let paths = try readTar(packed(context.parts)).map(\.entry.path)
        let expected: [String] = kept.map { prefix + $0 }
        #expect(paths.filter { $0 != prefix } == expected)
      }
      var context = try DockerContext()
      try context.add(folder.path("in"), as: "x", ignore: DockerIgnore(patterns: ["*", "!file"]))
      try context.add(folder.path("in/file"), as: "y")
      #expect(try readTar(packed(context.parts)).map(\.entry.path) == ["x/", "x/file", "y"])
    }
  }

  @Test("can't be finalized without a Dockerfile (DF 52)")
  func finalize() async throws {
    let error = #expect(throws: DockerError.self) { try DockerContext(finalize: true) }
    #expect(error?.message == "a context without a Dockerfile can't be finalized")
    var context = try DockerContext(DockerFile(), finalize: true)
    let late = #expect(throws: DockerError.self) { try context.add("x") }
    #expect(late?.message == "nothing can be added to a finalized context")
    #expect(throws: DockerError.self) { try context.addArchive("x") }
    #expect(throws: DockerError.self) { try context.addDockerfile(DockerFile()) }
    var open = try DockerContext()
    #expect(throws: DockerError.self) { try open.add("x", as: "../x") }
  }

  @Test(
    "says how it is packed (DF 53)",
    arguments: [(.gzip, "gzip", "-z"), (.bzip2, "bzip2", "-j"), (.none, nil, "-p")]
      as [(ArchiveCompression, String?, String)]
  )
  func compression(_ compression: ArchiveCompression, _ name: String?, _ option: String)
    async throws
  {
    try await withTemporaryFolder { folder in
      try folder.write("FROM x\n", to: "other")
      var context = try DockerContext(compression: compression)
      #expect(context.streamEncoding == name)
      try context.addDockerfile(path: folder.path("other"))
      try await context.save(to: folder.path("context"))
      // A second time, since nothing is used up.
      try await context.save(to: folder.path("context"))
      let tar = try await RunningProcess.run("tar", [option, "-tf", folder.path("context")])
      #expect(tar.lines == ["Dockerfile"])
    }
    #expect(try DockerContext().streamEncoding == "gzip")
  }
}
