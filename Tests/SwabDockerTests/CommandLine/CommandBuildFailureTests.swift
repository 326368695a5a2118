import Testing

@testable import SwabDocker

@Suite("What the docker command complains about after a build")
struct CommandBuildFailureTests {
  /// What buildx prints, with what a step says and what it runs.
  private func buildx(_ output: String, _ command: String, _ last: String) -> String {
    """
    #0 building with "default" instance using docker driver

    #1 [internal] load build definition from Dockerfile
    #1 transferring dockerfile: 94B done
    #1 DONE 0.0s

    #5 [2/2] RUN \(command)
    #5 0.123 \(output)
    #5 ERROR: process "/bin/sh -c \(command)" did not complete successfully: exit code: 3
    ------
     > [2/2] RUN \(command):
    0.123 \(output)
    ------
    Dockerfile:2
    --------------------
       1 |     FROM busybox
       2 | >>> RUN \(command)
       3 |
    --------------------
    \(last)

    View build details: docker-desktop://dashboard/build/default/default/abc
    """
  }

  @Test(
    "is the failed step, whatever it has said",
    arguments: [
      "made", "Error response from daemon: No such image: x", "ERROR: mine", "unknown flag: --x",
      "Cannot connect to the Docker daemon", "sudo: a password is required", "exit code: 5",
      "The command 'x' returned a non-zero code: 9", "no such container\u{2028}ERROR: exit code: 8",
    ]
  )
  func step(_ words: String) throws {
    let end = CommandEnd(exitStatus: 1)
    let message =
      "failed to solve: process \"/bin/sh -c echo \(words)\" did not complete successfully: "
      + "exit code: 3"
    for (text, expected) in [
      (buildx(words, "echo \(words)", "ERROR: \(message)"), message),
      (
        "DEPRECATED: The legacy builder is deprecated.\n"
          + "The command '/bin/sh -c echo \(words)' returned a non-zero code: 3",
        "The command '/bin/sh -c echo \(words)' returned a non-zero code: 3"
      ),
    ] {
      var shape = BuildShape()
      _ = shape.output(.init(string: "Step 1/1 : RUN x\n"))
      let failure = shape.failure(text, end)
      #expect(failure.message == expected)
      let last = try #require(try shape.finish(end, failure))
      let error = ProgressMessage(raw: try JSONValue(parsing: last)).error
      #expect(error?.detailCode == 3)
      #expect(error?.code == .streamFailed)
    }
  }

  @Test("is what BuildKit finds wrong with a Dockerfile, and nothing else")
  func syntax() {
    let text = buildx("x", "x", "ERROR: failed to solve: dockerfile parse error on line 1: unknown")
    let error = BuildFailure(text, CommandEnd(exitStatus: 1)).error
    #expect(error.message == "failed to solve: dockerfile parse error on line 1: unknown")
    #expect(error.detailCode == nil)
  }

  @Test(
    "is what stands in the way to the engine",
    arguments: [
      (1, "sudo: a password is required", .permissionDenied),
      (1, "ERROR: Cannot connect to the Docker daemon at unix:///x.", .connectionFailed),
      (125, "unknown flag: --x\nSee 'docker build --help'.", .notImplemented),
      (127, "sh: docker: not found", .connectionFailed),
      (1, "#1 [internal] load\nError response from daemon: invalid reference format", .badRequest),
    ] as [(Int, String, DockerError.Code)]
  )
  func local(_ status: Int, _ text: String, _ code: DockerError.Code) {
    #expect(BuildFailure(text, CommandEnd(exitStatus: status)).error.code == code)
  }

  @Test("comes with the step that the lines before tell of")
  func failedStep() {
    var tracker = BuildTracker()
    let lines = buildx("made 1.5 of it", "make", "ERROR: x").split(separator: "\n")
    for line in lines where line.hasPrefix("#") { tracker.add("\(line)\r\n") }
    #expect(
      tracker.current
        == DockerError.BuildStep(instruction: "[2/2] RUN make", output: ["made 1.5 of it"])
    )
    var other = BuildTracker()
    for line in [
      "#1 [a 1/2] RUN x", "#2 [b 1/2] RUN y", "#1 0.1 one", "#2 0.2", "#2 0.2 sha256:ab",
      "#2 ERROR: process \"y\" : context canceled", "#1 extracting sha256:cd", "#1 CANCELED",
      "#1 ERROR: exit code: 1", "#2 ERROR: exit code: 2", "#x", "#", "# 1", "#9",
    ] {
      other.add(line + "\n")
    }
    #expect(
      other.current == DockerError.BuildStep(instruction: "[a 1/2] RUN x", output: ["one"])
    )
    // The steps of the classic builder may print such lines.
    var classic = BuildTracker()
    for line in ["Step 1/1 : RUN x", "#1 fake", "#1 ERROR: fake"] { classic.add(line + "\n") }
    #expect(classic.current?.instruction == "Step 1/1 : RUN x")
    #expect(classic.current?.output == ["#1 fake", "#1 ERROR: fake"])
  }
}
