extension Project {
  /// A fabfile with tasks that use what there is for hosts beside `run`.
  static let hostTools = #"""
    import Swab

    let fabfile = Fabfile {
      task("files", "Look at files of the host, and make some", files)
      task("network", "Print addresses of the host", network)
      task("users", "Add users and groups to a copy of the host's /etc", users)
      task("elevated", "Run commands as others", elevated)
      task("roles", "Print roles and their addresses", roles)
      task("moments", "Read env before and after a change", moments)
    }

    struct Unlucky: Error {}

    func files(host: Host) async throws {
      let answers = [
        try await host.isDirectory("/etc"), try await host.isDirectory("/etc/passwd"),
        try await host.isDirectory("/nosuch 'place"),
      ]
      puts("\(answers.map { $0.map(String.init) ?? "nothing" })")
      puts("\(try await host.stdoutResult("echo a; echo b") ?? "nothing")".split(separator: "\n").joined(separator: "+"))
      puts("\(try await host.singleLineStdout("echo a; echo b") ?? "nothing")")
      puts("\(try await host.stdoutResult("exit 3", expectedErrors: [3]) ?? "nothing")")
      do {
        _ = try await host.stdoutResult("exit 4", expectedErrors: [3])
      } catch {
        puts("\(error)")
      }
      let path = try await host.withRemoteTemp(permissions: "750") { path in
        puts(try await host.run("stat -c %a \(path); touch \(path)/x", quiet: true).stdout)
        return path
      }
      let lost = try await lose(host)
      puts("left: \(try await host.isDirectory(path) != nil) \(try await host.isDirectory(lost) != nil)")
      try await host.removeIgnoringErrors("/nosuch")
      try await host.removeIgnoringErrors("/nosuch", force: true)
      puts("still here")
    }

    /// The folder of a closure that failed.
    func lose(_ host: Host) async throws -> String {
      var lost = ""
      do {
        try await host.withRemoteTemp(owner: "nobody") { path in
          lost = path
          puts(try await host.run("stat -c %U \(path)", quiet: true).stdout)
          throw Unlucky()
        }
      } catch is Unlucky {}
      return lost
    }

    func network(host: Host) async throws {
      puts("\(try await host.ipv4Address(of: "eth0") ?? "none")")
      puts("\(try await host.ipv6Address(of: "lo", expand: true) ?? "none")")
      do {
        _ = try await host.ipv4Address(of: "nosuch0")
      } catch {
        puts("\(error)")
      }
    }

    func users(host: Host) async throws {
      try await withCopyOfEtc(of: host) {
        let app = UserOptions(id: 4711, groups: ["adm"], comment: "an app")
        puts("new user \(try await host.getOrCreateUser("swabapp", app))")
        let more = UserOptions(id: 4711, groups: ["adm", "www-data"])
        puts("same user \(try await host.getOrCreateUser("swabapp", more))")
        puts("groups \(try await host.groups(of: "swabapp").sorted())")
        do {
          try await host.getOrCreateUser("swabapp", UserOptions(id: 4712))
        } catch {
          puts("\(error)")
        }
        let any = try await host.getOrCreateUser("swabapp", UserOptions(id: 4712), idDependent: false)
        puts("any user \(any)")
        puts("new group \(try await host.getOrCreateGroup("swabgroup", id: 4713))")
        puts("same group \(try await host.getOrCreateGroup("swabgroup", id: 4713))")
        do {
          try await host.getOrCreateGroup("swabgroup", id: 4714)
        } catch {
          puts("\(error)")
        }
        puts("nobody \(try await host.userID(of: "nosuch") == nil) \(try await host.groups(of: "nosuch"))")
        puts("no group \(try await host.groupID(of: "nosuch") == nil)")
      }
      puts("outside \(try await host.userID(of: "swabapp") == nil)")
    }

    /// Has all commands of the body see an `/etc` that nobody else does.
    func withCopyOfEtc(of host: Host, _ body: () async throws -> Void) async throws {
      try await host.withRemoteTemp { folder in
        let hold = "cp -a /etc/. \(folder) && mount --bind \(folder) /etc && echo $$ && exec sleep 617"
        let process = try await host.run(
          "setsid unshare --mount --propagation private sh -c \(quoted(hold)) "
            + ">\(folder)/holder 2>&1 </dev/null & until [ -s \(folder)/holder ]; do sleep 0.05; done; "
            + "cat \(folder)/holder",
          quiet: true
        ).stdout
        env["shell"] = .string("nsenter --target \(process) --mount /bin/sh -c")
        do {
          try await body()
        } catch {
          puts("failed: \(error)")
        }
        env["shell"] = nil
        try await host.run("kill \(process)", quiet: true)
      }
    }

    func elevated(host: Host) async throws {
      puts(try await host.sudo("id -un; cat", stdin: "fed").stdout.split(separator: "\n").joined(separator: "+"))
      puts(try await sudo("id -un; echo $HOME", user: "guest", quiet: true).stdout)
      let failed = try await host.sudo("exit 5", user: "guest", warnOnly: true)
      puts("\(failed.exitStatus ?? -1)")
      puts(try await host.runCommand("id -un").stdout)
      puts(try await dockerClients["second"].client().runCommand("hostname").stdout)
    }

    func roles(host: Host) async throws {
      puts("\(currentRoles())")
      puts("\(try roleAddresses("web", interface: "private").sorted())")
      puts("\(try roleAddresses("db", interface: "private").sorted())")
      do {
        _ = try roleAddresses("nosuch", interface: "private")
      } catch {
        puts("no such role")
      }
    }

    func moments(host: Host) async throws {
      env["tag"] = "2"
      puts("\(try env.string("early")) \(try env.string("late"))")
      do {
        _ = try env.string("missing")
      } catch {
        puts("missing")
      }
    }
    """#
}
