import Foundation
import SwabTestSupport
import Testing

/// `swab docker` and `swab tunnel`: other programs at engines of hosts.
@Suite("Acceptance: the docker command through tunnels", .testBed(.changing))
struct DockerCommandTests {
  @Test("docker runs at the host's engine, with its own exit status")
  func single() async throws {
    try await withContainers { project, bed, container in
      let run = try await project.swab(
        "docker",
        "-H",
        "h1",
        "--",
        "ps",
        "-a",
        "--format",
        "{{.Names}}"
      )
      #expect(run.exitStatus == 0, "\(run)")
      let names = try await bed.hosts[0].docker("ps", "-a", "--format", "{{.Names}}")
      #expect(Set(run.lines).contains(container))
      #expect(Set(names).contains(container))
      #expect(run.standardError.isEmpty)
      let words = try await project.swab(
        "docker",
        "-H",
        "h1",
        "exec",
        container,
        "sh",
        "-c",
        "exit 9"
      )
      #expect(words.exitStatus == 9, "\(words)")
      let piped = try await project.swab(
        ["docker", "-H", "h1", "--", "exec", "-i", container, "wc", "-c"],
        standardInput: "12345"
      )
      #expect(piped.standardOutput == "5\n", "\(piped)")
    }
  }

  @Test("what would lead docker elsewhere is taken out of its variables")
  func variables() async throws {
    try await withContainers { project, _, container in
      let run = try await project.swab(
        ["docker", "-H", "h1", "--", "inspect", "-f", "{{.Name}}", container],
        environment: [
          "DOCKER_HOST": "tcp://127.0.0.1:1", "DOCKER_CONTEXT": "nosuch", "DOCKER_TLS_VERIFY": "1",
          "DOCKER_CERT_PATH": "/nosuch",
        ]
      )
      #expect(run.standardOutput == "/\(container)\n", "\(run)")
    }
  }

  @Test("several hosts have their turn one after another, each with a heading")
  func several() async throws {
    try await withContainers(on: ["h1", "h3"]) { project, _, container in
      let run = try project.start(
        ["docker", "-H", "h1,h2,h3", "--", "inspect", "-f", "{{.Name}}", container],
        shell: #"exec "$0" "$@" 2>&1"#
      )
      let ended = try await Run(ended: run)
      #expect(ended.exitStatus == 1, "\(ended)")
      let command = "docker inspect -f '{{.Name}}' \(container)"
      let expected = [
        "[h1] local: \(command)", "/\(container)", "[h2] local: \(command)",
      ]
      #expect(Array(ended.lines.prefix(3)) == expected, "\(ended)")
      #expect(ended.lines.contains("[h2] error: docker gave exit status 1"), "\(ended)")
      let last = try #require(ended.lines.lastIndex(of: "[h3] local: \(command)"))
      #expect(ended.lines[last + 1] == "/\(container)")
      #expect(ended.lines.last == "3 hosts: 2 ok, 1 failed")
    }
  }

  @Test("docker has the terminal, its keys and its signals")
  func terminal() async throws {
    try await withContainers { project, _, container in
      try await Screen.with(project) { screen in
        let before = try await screen.settings(project)
        try await screen.entersSwab("docker -H h1 -- exec -it -e PS1=inside'> ' \(container) sh")
        try await screen.sees("inside> ")
        // Docker tells the size after the start, gives that up soon, and tells it when it changes.
        try await screen.resizes(columns: 70, rows: 20)
        try await screen.enters(
          "until stty size | grep -E '^(30 90|20 70)$'; do sleep 0.1; done; echo fi'ts'; sleep 617"
        )
        try await screen.sees("fits")
        try await screen.presses("C-c")
        try await screen.enters("exit 6")
        try await screen.sees(Screen.prompt, times: 4)
        try await screen.enters("echo status $?")
        try await screen.sees("status 6")
        try await screen.entersSwab("docker -H h1,h2 -- events")
        try await screen.sees("[h1] local: docker events")
        try await screen.presses("C-c")
        try await screen.sees(Screen.prompt, times: 6)
        try await screen.enters("echo then $?")
        try await screen.sees("then 130")
        #expect(try await !screen.shows().contains("[h2] local: docker events"))
        #expect(try await screen.settings(project) == before)
      }
    }
  }

  @Test(
    "a signal that the terminal didn't give it ends docker as well, and the tunnel with it",
    arguments: [SIGTERM, SIGINT, SIGHUP]
  )
  func ended(by number: Int32) async throws {
    try await withContainers { project, _, _ in
      let run = try project.start(["docker", "-H", "h1", "--", "events"])
      try await eventually("docker runs") {
        project.processes.contains { ProcessTable.commandLine(of: $0).hasSuffix("docker events") }
      }
      run.send(signal: number)
      let ended = try await Run(ended: run)
      #expect(ended.exitStatus != 0, "\(ended)")
    }
  }

  @Test("a machine without the docker command is told so")
  func noDocker() async throws {
    try await Project.with(fabfile: "hosts:\n  h1: me@192.0.2.1\n", tasks: "no Swift\n") {
      project in
      let run = try await project.swab(
        ["docker", "-H", "h1", "--", "ps"],
        environment: ["PATH": "/nosuch"]
      )
      #expect(run.exitStatus == 2, "\(run)")
      #expect(
        run.standardError == """
          swab: there is no docker command on this machine's PATH
          hint: install the docker CLI; or without it: swab exec, swab logs, swab list docker

          """
      )
    }
  }

  @Test("a tunnel is held open for other programs until Ctrl-C, and leaves nothing behind")
  func tunnel() async throws {
    try await withContainers { project, _, container in
      let run = try project.start(["tunnel", "-H", "h1"])
      try await run.waitForLine(containing: "Ctrl-C closes what is open")
      try await run.waitForLine(containing: "docker context create")
      let url = "tcp://127.0.0.1:\(project.tunnelPort)"
      #expect(
        run.standardOutput == """
          export DOCKER_HOST=\(url)
          # or a context, and then: docker --context swab-h1 ps
          # docker context create swab-h1 --docker host=\(url)

          """
      )
      let asked = try await RunningProcess.run(
        "sh",
        ["-c", "eval \"$0\" && docker inspect -f '{{.Name}}' \(container)", run.standardOutput]
      )
      #expect(asked.standardOutput == "/\(container)\n", "\(asked.lines)")
      // The comments are commands as well, after what stands before the colon.
      let comments = run.standardOutput.split(separator: "\n").filter { $0.hasPrefix("# ") }
      let recipe = [comments[1].dropFirst(2), comments[0].split(separator: ":")[1]]
      let listed = try await RunningProcess.run(
        "sh",
        ["-ec", recipe.joined(separator: "\n")],
        environment: ["DOCKER_CONFIG": project.folder.path("docker")]
      )
      #expect(listed.standardOutput.contains(" \(container)\n"), "\(listed.lines)")
      run.send(signal: SIGINT)
      let ended = try await Run(ended: run)
      #expect(ended.exitStatus == 130, "\(ended)")
      #expect(ended.errorLines == ["Ctrl-C closes what is open"], "\(ended)")
      #expect(try await !listeningPorts().contains(project.tunnelPort))
    }
  }

  @Test(
    "several tunnels have a variable each; a host that has none is told, and --print is for eval"
  )
  func tunnels() async throws {
    let bed = try TestBed.current()
    let yaml = fabfile(for: bed, users: ["h2": "guest"])
    try await Project.with(fabfile: yaml, tasks: "no Swift\n") { project in
      let run = try project.start(["tunnel", "-R", "web,db", "--print"])
      try await run.waitForLine(containing: "Ctrl-C closes what is open")
      try await run.waitForLine(containing: "DOCKER_HOST_H3")
      // Each comes when its tunnel is there.
      let lines = run.standardOutput.split(separator: "\n").map(String.init).sorted()
      try #require(lines.count == 2, "\(run.lines)")
      #expect(lines[0].hasPrefix("export DOCKER_HOST_H1=tcp://127.0.0.1:"))
      #expect(lines[1].hasPrefix("export DOCKER_HOST_H3=tcp://127.0.0.1:"))
      let asked = try await RunningProcess.run(
        "sh",
        ["-c", "eval \"$0\"; DOCKER_HOST=$DOCKER_HOST_H3 docker info -f '{{.Name}}'", lines[1]]
      )
      #expect(asked.standardOutput == "h3\n", "\(asked.lines)")
      run.send(signal: SIGINT)
      let ended = try await Run(ended: run)
      #expect(ended.exitStatus == 130, "\(ended)")
      let told = "[h2] error: user 'guest' may not use the Docker socket /var/run/docker.sock"
      #expect(ended.errorLines.contains(told), "\(ended)")
      try await expectClean(project)
    }
  }

  @Test("a slow host keeps nobody from the others' tunnels, and what is closed is not said")
  func slowTunnel() async throws {
    let bed = try TestBed.current()
    // It takes connections, and says nothing.
    let port = try await freePort()
    let silence = try RunningProcess(
      "socat",
      ["TCP-LISTEN:\(port),bind=127.0.0.1,reuseaddr,fork", "EXEC:sleep 600"]
    )
    try await eventually("somebody listens") { try await listeningPorts().contains(port) }
    let yaml = fabfile(for: bed)
      .replacingOccurrences(of: "hosts:\n", with: "hosts:\n  slow: me@127.0.0.1:\(port)\n")
    try await Project.with(fabfile: yaml, tasks: "no Swift\n") { project in
      let run = try project.start(["tunnel", "--timeout", "600", "-H", "slow,h1"])
      let export = try await run.waitForLine(containing: "export DOCKER_HOST_H1")
      let asked = try await RunningProcess.run(
        "sh",
        ["-c", "eval \"$0\"; DOCKER_HOST=$DOCKER_HOST_H1 docker info -f '{{.Name}}'", export]
      )
      #expect(asked.standardOutput == "h1\n", "\(asked.lines)")
      run.send(signal: SIGINT)
      let ended = try await Run(ended: run)
      await silence.stop()
      #expect(ended.exitStatus == 130, "\(ended)")
      #expect(ended.lines == [export], "\(ended)")
      #expect(!ended.standardError.contains("closes what is open"), "\(ended)")
      try await expectClean(project)
    }
  }
}
