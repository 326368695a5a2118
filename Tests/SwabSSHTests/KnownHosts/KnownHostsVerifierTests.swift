import Foundation
import SwabTestSupport
import Synchronization
import Testing

@testable import SwabSSH

@Suite struct KnownHostsVerifierTests {
  @Test("a known key passes and asks nobody (TR-57)", arguments: HostKeyPolicy.allCases)
  func known(policy: HostKeyPolicy) async throws {
    try await withTemporaryFolder { folder in
      try folder.write(SampleKeys.line("web1", SampleKeys.ed25519), to: "known_hosts")
      let verifier = verifier(folder, policy) { _ in
        Issue.record("somebody was asked")
        return false
      }
      let known = try await verifier.knownHost(address: "web1", port: 22)
      #expect(known.algorithms == ["ssh-ed25519"])
      try await verifier.verify(SampleKeys.ed25519, "web1")
    }
  }

  @Test("a changed key is an error under each policy (TR-57)", arguments: HostKeyPolicy.allCases)
  func changed(policy: HostKeyPolicy) async throws {
    try await withTemporaryFolder { folder in
      let line = SampleKeys.line("[web1]:2222", SampleKeys.ed25519)
      let path = try folder.write("# mine\n\(line)\n", to: "known_hosts")
      let verifier = verifier(folder, policy) { _ in true }
      let error = await #expect(throws: SSHError.self) {
        try await verifier.verify(SampleKeys.other, "web1", port: 2222)
      }
      #expect(error?.code == .hostKeyChanged)
      #expect(
        error?.description == """
          web1: the host key is not the one recorded at \(path):2: it is ED25519 \
          \(SampleKeys.other.fingerprint), recorded is ED25519 \(SampleKeys.ed25519.fingerprint)
          hint: somebody may be listening in; only if the host was reinstalled, forget the old \
          key: ssh-keygen -R '[web1]:2222' -f '\(path)'
          """
      )
      #expect(try folder.read("known_hosts") == "# mine\n\(line)\n")
    }
  }

  @Test("a host known only by a key that the library can't verify is told so, under each policy")
  func unverifiable() async throws {
    try await withTemporaryFolder { folder in
      let line = SampleKeys.line("web1", SampleKeys.rsa)
      let path = try folder.write("# mine\n\(line)\n", to: "known_hosts")
      for policy in HostKeyPolicy.allCases {
        let old = verifier(folder, policy, libraryAlgorithms: ["ssh-ed25519", "ssh-rsa"])
        let error = await #expect(throws: SSHError.self) {
          try await old.verify(SampleKeys.ed25519, "web1")
        }
        #expect(error?.code == .hostKeyUnverifiable)
        let fingerprint = SampleKeys.ed25519.fingerprint
        #expect(
          error?.message == """
            the host is known only by its RSA key (\(path):2), which the installed libssh2 can't \
            verify; it showed ED25519 \(fingerprint), which may or may not be its own
            """
        )
        // Where the key can be asked for, or another RSA key is shown, it has changed.
        let new = verifier(folder, policy, libraryAlgorithms: ["ssh-ed25519", "rsa-sha2-256"])
        for (verifier, key) in [(new, SampleKeys.ed25519), (old, SampleKeys.otherRSA)] {
          let error = await #expect(throws: SSHError.self) {
            try await verifier.verify(key, "web1")
          }
          #expect(error?.code == .hostKeyChanged)
        }
      }
      #expect(try folder.read("known_hosts") == "# mine\n\(line)\n")
    }
  }

  @Test("a key that another process has written since is not overruled (TR-57)")
  func writtenMeanwhile() async throws {
    try await withTemporaryFolder { folder in
      try folder.write("", to: "known_hosts")
      let verifier = verifier(folder, .acceptNew)
      let known = try await verifier.knownHost(address: "web1", port: 22)
      let lines = """
        \(SampleKeys.line("web1", SampleKeys.other))
        \(SampleKeys.line("web2", SampleKeys.ed25519, marker: "@revoked "))

        """
      let path = try folder.write(lines, to: "known_hosts")
      for _ in 1...2 {
        let error = await #expect(throws: SSHError.self) {
          try await verifier.verify(SampleKeys.ed25519, of: known, host: "web1")
        }
        #expect(error?.code == .hostKeyChanged)
        #expect(error?.message.contains("recorded at \(path):1: ") == true)
      }
      let error = await #expect(throws: SSHError.self) {
        try await verifier.verify(SampleKeys.ed25519, "web2")
      }
      #expect(error?.code == .hostKeyRevoked)
      #expect(try folder.read("known_hosts") == lines)
      // The key that the other process wrote is as good as one of ours.
      try await verifier.verify(SampleKeys.other, of: known, host: "web1")
      #expect(try folder.read("known_hosts") == lines)
    }
  }

  @Test("a key that a pattern names can't be forgotten by ssh-keygen -R, and the hint knows that")
  func changedPattern() async throws {
    try await withTemporaryFolder { folder in
      let path = try folder.write(SampleKeys.line("web*", SampleKeys.ed25519), to: "known_hosts")
      let error = await #expect(throws: SSHError.self) {
        try await verifier(folder, .no).verify(SampleKeys.other, "web1")
      }
      #expect(error?.hint?.hasSuffix("remove line 1 of \(path)") == true)
    }
  }

  @Test("a revoked key is an error under each policy (TR-58)", arguments: HostKeyPolicy.allCases)
  func revoked(policy: HostKeyPolicy) async throws {
    try await withTemporaryFolder { folder in
      let path = try folder.write(
        SampleKeys.line("*", SampleKeys.ed25519, marker: "@revoked "),
        to: "known_hosts"
      )
      let error = await #expect(throws: SSHError.self) {
        try await verifier(folder, policy, ask: { _ in true }).verify(SampleKeys.ed25519, "web1")
      }
      #expect(error?.code == .hostKeyRevoked)
      #expect(
        error?.message == """
          the host key ED25519 \(SampleKeys.ed25519.fingerprint) is marked @revoked at \(path):1
          """
      )
    }
  }

  @Test("an unknown key is an error under yes, and where nobody can be asked (TR-57)")
  func unknown() async throws {
    try await withTemporaryFolder { folder in
      for policy in [HostKeyPolicy.yes, .ask] {
        let error = await #expect(throws: SSHError.self) {
          try await verifier(folder, policy).verify(SampleKeys.ed25519, "web1", port: 2222)
        }
        #expect(error?.code == .hostKeyUnknown)
        let fingerprint = SampleKeys.ed25519.fingerprint
        #expect(error?.message == "the host key is not known: ED25519 \(fingerprint)")
        let scan = "ssh-keyscan -p 2222 web1 >> \(folder.path)/known_hosts"
        #expect(error?.hint?.contains(scan) == true)
      }
      #expect(!FileManager.default.fileExists(atPath: folder.path("known_hosts")))
    }
  }

  @Test("one question at a time, one for each host, and what was answered is kept (TR-57)")
  func asking() async throws {
    try await withTemporaryFolder { folder in
      let state = Mutex((open: 0, most: 0, asked: [String]()))
      let verifier = verifier(folder, .ask) { question in
        state.withLock {
          $0.open += 1
          $0.most = max($0.most, $0.open)
          $0.asked.append(question.host)
        }
        await Task.yield()
        state.withLock { $0.open -= 1 }
        return question.host != "web3"
      }
      let declined = try await withThrowingTaskGroup(of: Bool.self) { group in
        for number in 0..<40 {
          group.addTask {
            do {
              try await verifier.verify(SampleKeys.ed25519, "web\(number % 10)")
              return false
            } catch let error as SSHError where error.code == .hostKeyUnknown {
              return true
            }
          }
        }
        return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(declined == 4)
      let (_, most, asked) = state.withLock { $0 }
      #expect(most == 1)
      #expect(asked.sorted() == (0..<10).map { "web\($0)" })
      #expect(try folder.read("known_hosts").split(separator: "\n").count == 9)
      let known = try await verifier.knownHost(address: "web1", port: 22)
      #expect(known.algorithms == ["ssh-ed25519"])
      let error = await #expect(throws: SSHError.self) {
        try await verifier.verify(SampleKeys.other, "web1")
      }
      #expect(error?.code == .hostKeyChanged)
    }
  }

  @Test("a host that gives up while another is asked about leaves the line")
  func cancelledInLine() async throws {
    try await withTemporaryFolder { folder in
      let (started, start) = AsyncStream<Void>.makeStream()
      let (answers, answer) = AsyncStream<Void>.makeStream()
      let verifier = verifier(folder, .ask) { _ in
        start.yield()
        for await _ in answers { break }
        return true
      }
      let first = Task { try await verifier.verify(SampleKeys.ed25519, "web1") }
      for await _ in started { break }
      let second = Task { try await verifier.verify(SampleKeys.ed25519, "web2") }
      second.cancel()
      await #expect(throws: CancellationError.self) { try await second.value }
      answer.yield()
      try await first.value
    }
  }

  @Test("fifty new hosts at once are all kept, each once, under accept-new (TR-57)")
  func fiftyAtOnce() async throws {
    try await withTemporaryFolder { folder in
      let verifiers = (0..<2).map { _ in verifier(folder, .acceptNew) }
      try await withThrowingTaskGroup { group in
        for number in 0..<100 {
          group.addTask {
            let key = SampleKeys.key("ssh-ed25519", UInt8(number % 50))
            try await verifiers[number / 50].verify(key, "web\(number % 50)")
          }
        }
        try await group.waitForAll()
      }
      let lines = try folder.read("known_hosts").split(separator: "\n")
      #expect(lines.count == 50)
      #expect(Set(lines).count == 50)
    }
  }

  @Test("a key that can't be kept is a warning, once, and the run goes on")
  func notKept() async throws {
    try await withTemporaryFolder { folder in
      let warnings = Mutex<[String]>([])
      // A folder where the file should be.
      try folder.write("", to: "known_hosts/in-the-way")
      let verifier = KnownHostsVerifier(
        options: KnownHostsOptions(userFiles: [folder.path("known_hosts")], policy: .acceptNew),
        warn: { message in warnings.withLock { $0.append(message) } }
      )
      for number in 0..<3 { try await verifier.verify(SampleKeys.ed25519, "web\(number)") }
      try await verifier.verify(SampleKeys.ed25519, "web1")
      let path = folder.path("known_hosts")
      #expect(
        warnings.withLock { $0 } == [
          "known hosts are not read: \(path): Is a directory",
          "new host keys are not kept: \(path): Is a directory",
        ]
      )
    }
  }

  private func verifier(
    _ folder: TemporaryFolder,
    _ policy: HostKeyPolicy,
    libraryAlgorithms: [String] = SessionHandle.hostKeyAlgorithms,
    ask: KnownHostsVerifier.Ask? = nil
  ) -> KnownHostsVerifier {
    var options = KnownHostsOptions(userFiles: [folder.path("known_hosts")], policy: policy)
    options.globalFiles = []
    return KnownHostsVerifier(options: options, libraryAlgorithms: libraryAlgorithms, ask: ask)
  }
}

extension KnownHostsVerifier {
  fileprivate func verify(_ key: SSHPublicKey, _ host: String, port: Int = 22) async throws {
    try await verify(key, of: try await knownHost(address: host, port: port), host: host)
  }
}

@Suite struct KnownHostsFileTests {
  @Test("the file and its folder are made for their owner alone")
  func made() async throws {
    try await withTemporaryFolder { folder in
      let file = KnownHostsFile(path: folder.path(".ssh/known_hosts"), hashesNames: false)
      #expect(file.add(SampleKeys.ed25519, address: "Web1", port: 2222) == .added)
      #expect(file.add(SampleKeys.ed25519, address: "web1", port: 2222) == .alreadyThere)
      let text = try folder.read(".ssh/known_hosts")
      let encoded = Base64.encode(SampleKeys.ed25519.blob)
      #expect(text == "[web1]:2222 ssh-ed25519 \(encoded)\n")
      #expect(try mode(of: folder.path(".ssh")) == 0o700)
      #expect(try mode(of: folder.path(".ssh/known_hosts")) == 0o600)
    }
  }

  @Test("a last line without an end gets one, and links are followed")
  func unfinishedLine() async throws {
    try await withTemporaryFolder { folder in
      let first = SampleKeys.line("web1", SampleKeys.ed25519)
      let target = try folder.write(first, to: "elsewhere")
      let link = folder.path("known_hosts")
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
      let file = KnownHostsFile(path: link, hashesNames: false)
      #expect(file.add(SampleKeys.other, address: "web2", port: 22) == .added)
      let lines = try folder.read("elsewhere").split(separator: "\n")
      #expect(lines.count == 2 && lines[0] == first && lines[1].hasPrefix("web2 ssh-ed25519 "))
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == target)
    }
  }

  @Test("hashed names are found by ssh-keygen -F")
  func hashed() async throws {
    try await withTemporaryFolder { folder in
      let path = folder.path("known_hosts")
      let key = try #require(SSHPublicKey(line: SSHAgentClientTests.line))
      let file = KnownHostsFile(path: path, hashesNames: true)
      #expect(file.add(key, address: "web1", port: 2222) == .added)
      #expect(file.add(key, address: "web1", port: 2222) == .alreadyThere)
      #expect(!(try folder.read("known_hosts").contains("web1")))
      let found = try await KeyTools.run("ssh-keygen", ["-F", "[web1]:2222", "-f", path])
      #expect(found.status == 0)
    }
  }

  @Test("what hosts were looked up in already is not searched again, what is new is")
  func searchedOnce() async throws {
    try await withTemporaryFolder { folder in
      let text = SampleKeys.line("web1", SampleKeys.other)
      let path = try folder.write(text, to: "known_hosts")
      let file = KnownHostsFile(path: path, hashesNames: true)
      let (bytes, status) = try FileAccess.read(path)
      file.remember(bytes, version: status.version)
      // Nobody asks for a host that is there; this one shows that the line isn't looked at.
      #expect(file.add(SampleKeys.ed25519, address: "web1", port: 22) == .added)
      #expect(file.add(SampleKeys.ed25519, address: "web1", port: 22) == .alreadyThere)
      let lines = try folder.read("known_hosts").split(separator: "\n")
      #expect(lines.count == 2 && lines[1].hasPrefix("|1|"))
      try folder.write("\(text)\n\n", to: "known_hosts")
      let outcome = file.add(SampleKeys.ed25519, address: "web1", port: 22)
      guard case .refused(.changed(let line)) = outcome else {
        Issue.record("not refused")
        return
      }
      #expect(line.number == 1)
    }
  }

  @Test("a full disk is told, and leaves no half line")
  func fullDisk() async throws {
    try await withTemporaryFolder { folder in
      let mounted = try await KeyTools.run(
        "mount",
        ["-t", "tmpfs", "-o", "size=4k", "tmpfs", folder.path]
      )
      try #require(mounted.status == 0, "\(mounted.errors)")
      let line = "# " + String(repeating: "x", count: 4060) + "\n"
      let outcome: KnownHostsFile.Outcome
      do {
        try folder.write(line, to: "known_hosts")
        let file = KnownHostsFile(path: folder.path("known_hosts"), hashesNames: false)
        outcome = file.add(SampleKeys.ed25519, address: "web1", port: 22)
        #expect(try folder.read("known_hosts") == line)
      } catch {
        try await KeyTools.run("umount", [folder.path])
        throw error
      }
      try await KeyTools.run("umount", [folder.path])
      #expect(outcome == .notKept("No space left on device"))
    }
  }

  @Test("a read-only file is told")
  func readOnly() async throws {
    try await withTemporaryFolder { folder in
      let options = ["-t", "tmpfs", "-o", "ro", "tmpfs", folder.path]
      let mounted = try await KeyTools.run("mount", options)
      try #require(mounted.status == 0, "\(mounted.errors)")
      let file = KnownHostsFile(path: folder.path("known_hosts"), hashesNames: false)
      let outcome = file.add(SampleKeys.ed25519, address: "web1", port: 22)
      try await KeyTools.run("umount", [folder.path])
      #expect(outcome == .notKept("Read-only file system"))
    }
  }

  @Test("a lock that others hold is waited for, another process's line is seen")
  func otherProcess() async throws {
    try await withTemporaryFolder { folder in
      let line = SampleKeys.line("web1", SampleKeys.ed25519)
      let path = try folder.write("", to: "known_hosts")
      let script = """
        echo locked; until [ -e '\(folder.path("go"))' ]; do sleep 0.02; done
        echo '\(line)' >> '\(path)'
        """
      let other = try RunningProcess("flock", [path, "sh", "-c", script])
      try await other.waitForLine(containing: "locked")
      let file = KnownHostsFile(path: path, hashesNames: false)
      async let outcome = Task.detached {
        file.add(SampleKeys.ed25519, address: "web1", port: 22)
      }.value
      try folder.write("", to: "go")
      #expect(await outcome == .alreadyThere)
      try await other.waitForExit()
      #expect(try folder.read("known_hosts") == line + "\n")
    }
  }

  private func mode(of path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return try #require(attributes[.posixPermissions] as? Int)
  }
}
