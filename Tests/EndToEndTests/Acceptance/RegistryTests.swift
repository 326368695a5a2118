import Foundation
import SwabTestSupport
import Testing

/// Logins at registries, and images that go to and fro.
@Suite("Acceptance: registries")
struct RegistryTests {
  private static let tasks = #"""
    import Swab

    let fabfile = Fabfile {
      task("login", "Log in as env says", login)
      task("wrong", "Log in with a wrong password", wrong)
      task("round", "Log in, and send an image to and fro", arguments: ["name"], round)
      task("push", "Send an image", push)
      task("pull", "Fetch an image", pull)
    }

    func login() async throws {
      puts("\(try await dockerFabric().login())")
    }

    func wrong() async throws {
      puts("\(try await dockerFabric().login(password: "wrong-password"))")
    }

    func round(host: Host, arguments: TaskArguments) async throws {
      let docker = try dockerFabric()
      let name = try arguments.string("name")
      try await docker.login()
      try await docker.tag("busybox:local", as: name, tag: "v1")
      let pushed = try await docker.push(name, tag: "v1")
      // A new tunnel, and the login lasts.
      await docker.close()
      let pulled = try await docker.pull(name, tag: "v1")
      puts("\(pushed?.digest == pulled?.digest) \(pulled?.name ?? "nothing")")
    }

    func push() async throws {
      let pushed = try await dockerFabric().push(env["image"]?.string ?? "")
      puts("pushed \(pushed?.name ?? "nothing")")
    }

    func pull() async throws {
      let pulled = try await dockerFabric().pull(env["image"]?.string ?? "")
      puts("pulled \(pulled?.name ?? "nothing")")
    }

    """#

  private static func withRegistry(
    _ body: (DockerEngine, DockerRegistry) async throws -> Void
  ) async throws {
    let engine = try await DockerEngine.shared()
    let registry = try await DockerRegistry.start(beside: engine)
    do {
      try await body(engine, registry)
    } catch {
      try await registry.stop()
      throw error
    }
    try await registry.stop()
  }

  /// What is told of the registry by env.
  private static func variables(_ registry: DockerRegistry) -> [String: String?] {
    [
      "SWAB_DOCKER_REGISTRY_USER": DockerRegistry.user,
      "SWAB_DOCKER_REGISTRY_PASSWORD": DockerRegistry.password,
      "SWAB_DOCKER_REGISTRY_MAIL": "me@x",
      "SWAB_DOCKER_REGISTRY_REPOSITORY": registry.name,
    ]
  }

  @Test("a login takes what env says, tells how it went, and is true or false (DF 21, DF 22)")
  func login() async throws {
    try await Self.withRegistry { engine, registry in
      let yaml = "env: { docker_base_url: 'unix://\(engine.socketPath)' }"
      try await Project.with(fabfile: yaml, tasks: Self.tasks) { project in
        let env = Self.variables(registry)
        let right = try await project.swab(["run", "login"], environment: env)
        #expect(right.exitStatus == 0, "\(right)")
        #expect(right.lines == ["true"], "\(right)")
        let said = right.errorLines.filter { $0.hasPrefix("docker: ") }
        #expect(
          said == [
            "docker: logging in to \(registry.name)", "docker: login at \(registry.name) succeeded",
          ],
          "\(right)"
        )
        #expect(!right.standardError.contains("no effect"), "\(right)")
        let wrong = try await project.swab(["run", "wrong"], environment: env)
        #expect(wrong.exitStatus == 1, "\(wrong)")
        #expect(wrong.errorLines.contains("docker: login at \(registry.name) failed"), "\(wrong)")
        #expect(wrong.standardError.contains("401 Unauthorized"), "\(wrong)")
        #expect(!wrong.standardError.contains("wrong-password"), "\(wrong)")
        let warned = try await project.swab(["run", "wrong", "-w"], environment: env)
        #expect(warned.exitStatus == 0 && warned.lines == ["false"], "\(warned)")
        #expect(warned.standardError.contains("warning: "), "\(warned)")
        for run in [right, wrong, warned] {
          #expect(!"\(run)".contains(DockerRegistry.password), "no password is shown")
        }
      }
    }
  }

  @Test("without a user in env, it is the docker command's login that is used (DF 21)")
  func configured() async throws {
    try await Self.withRegistry { engine, registry in
      let yaml = """
        env:
          docker_base_url: unix://\(engine.socketPath)
          docker_registry_repository: \(registry.name)
        """
      try await Project.with(fabfile: yaml, tasks: Self.tasks) { project in
        let missing = try await project.swab(["run", "login"])
        #expect(missing.exitStatus == 1, "\(missing)")
        #expect(missing.standardError.contains("there is no login for \(registry.name)"))
        let auth = Data("\(DockerRegistry.user):\(DockerRegistry.password)".utf8)
          .base64EncodedString()
        let config = #"{"auths":{"\#(registry.name)":{"auth":"\#(auth)"}}}"#
        try project.folder.write(config, to: "home/.docker/config.json")
        let found = try await project.swab(["run", "login"])
        #expect(found.exitStatus == 0 && found.lines == ["true"], "\(found)")
        let user = try await project.swab(
          ["run", "login"],
          environment: ["SWAB_DOCKER_REGISTRY_USER": "me"]
        )
        #expect(user.standardError.contains("a user and no password"), "\(user)")
      }
    }
  }

  @Test("what env says of a login is for login alone: a pull without one goes without (DF 21)")
  func onlyLogin() async throws {
    try await Self.withRegistry { engine, registry in
      let yaml = "env: { docker_base_url: 'unix://\(engine.socketPath)' }"
      try await Project.with(fabfile: yaml, tasks: Self.tasks) { project in
        let call = ["run", "pull", "--set", "image=\(registry.name)/x"]
        let env = Self.variables(registry)
        let stranger = try await project.swab(call, environment: env)
        #expect(stranger.exitStatus == 1, "\(stranger)")
        #expect(stranger.standardError.contains("no basic auth credentials"), "\(stranger)")
        // With the login, the registry tells that there is no such image.
        let user = try await project.swab(["run", "login"] + call.dropFirst(), environment: env)
        #expect(user.exitStatus == 1 && user.lines == ["true"], "\(user)")
        #expect(user.standardError.contains("manifest unknown"), "\(user)")
      }
    }
  }

  @Test("the insecure flag is accepted, and each of login, push and pull warns of it (DF 21)")
  func insecure() async throws {
    try await Self.withRegistry { engine, registry in
      let yaml = """
        env:
          docker_base_url: unix://\(engine.socketPath)
          docker_registry_insecure: yes
          warn_only: yes
        """
      try await Project.with(fabfile: yaml, tasks: Self.tasks) { project in
        for task in ["login", "push", "pull"] {
          let run = try await project.swab(
            ["run", task, "--set", "image=\(registry.name)/x"],
            environment: Self.variables(registry)
          )
          #expect(run.exitStatus == 0, "\(run)")
          let warning = "warning: docker_registry_insecure changes nothing here"
          #expect(run.errorLines.filter { $0.contains(warning) }.count == 1, "\(run)")
          #expect(run.standardError.contains("insecure-registries"), "\(run)")
        }
      }
    }
  }

  @Test("a failed push or pull fails the task, or only warns (DF 24, DF 59)")
  func failures() async throws {
    try await Self.withRegistry { engine, registry in
      let yaml = "env: { docker_base_url: 'unix://\(engine.socketPath)' }"
      try await Project.with(fabfile: yaml, tasks: Self.tasks) { project in
        for (task, verb) in [("push", "pushed"), ("pull", "pulled")] {
          let call = ["run", task, "--set", "image=\(registry.name)/nosuch"]
          let failed = try await project.swab(call)
          #expect(failed.exitStatus == 1 && failed.lines.isEmpty, "\(failed)")
          #expect(failed.standardError.contains("docker: POST /images/"), "\(failed)")
          let warned = try await project.swab(call + ["-w"])
          #expect(warned.exitStatus == 0 && warned.lines == ["\(verb) nothing"], "\(warned)")
          #expect(warned.standardError.contains("warning: docker: POST /images/"), "\(warned)")
        }
        // An engine that isn't there is another matter.
        let gone = try await project.swab(
          ["run", "pull", "-w", "--set", "image=x,docker_base_url=unix:///nosuch.sock"]
        )
        #expect(gone.exitStatus == 1, "\(gone)")
      }
    }
  }

  @Test("a login outlives the tunnel, and progress is told line by line (DF 22, DF 23)")
  func tunnel() async throws {
    try await Self.withRegistry { engine, registry in
      try await withSSHServer { server in
        let yaml = fabfile(for: server, "docker_base_url: unix://\(engine.socketPath)")
        try await Project.with(fabfile: yaml, tasks: Self.tasks) { project in
          try project.trust(server)
          let name = "\(registry.name)/team/app"
          let run = try await project.swab(
            ["run", "round:name=\(name)", "-H", "h1"],
            environment: Self.variables(registry)
          )
          #expect(run.exitStatus == 0, "\(run)")
          #expect(run.lines == ["[h1] true \(name):v1"], "\(run)")
          for line in [
            "logging in to \(registry.name)", "login at \(registry.name) succeeded",
            "pushing image \(name):v1", "pulling image \(name):v1",
            "Status: Image is up to date for \(name):v1",
          ] {
            #expect(run.errorLines.contains("[h1] docker: \(line)"), "\(run)")
          }
        }
      }
    }
  }
}
