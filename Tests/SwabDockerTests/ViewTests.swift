import SwabDocker
import Testing

/// What the real engine does not say today: the nulls of 1.41, and the omissions of 1.52.
@Suite("Typed answers (DE-41)")
struct ViewTests {
  @Test("of a container read with nulls")
  func nulls() throws {
    let details = ContainerDetails(
      raw: try JSONValue(
        parsing: """
          {"Id":"c1","Created":"2026-11-23T20:02:02.5Z","Name":"/web","Image":"sha256:0f",
           "State":{"Status":"exited","ExitCode":137,"OOMKilled":true,"Pid":0,"Error":"",
            "StartedAt":"2026-11-23T20:02:03Z","FinishedAt":"0001-01-01T00:00:00Z"},
           "Config":{"Image":"busybox","Env":null,"Cmd":null,"Entrypoint":null,"Labels":null},
           "HostConfig":null,"Mounts":null,"ExecIDs":null,
           "NetworkSettings":{"Networks":{"n":{"IPAddress":"","Aliases":null}},
            "Ports":{"80/tcp":null,"81/tcp":[{"HostIp":"::","HostPort":"8081"}]}}}
          """
      )
    )
    #expect(details.name == "web")
    #expect(details.created == DockerDate(seconds: 1_795_464_122, nanoseconds: 500_000_000))
    #expect(details.state.status == .exited)
    #expect(details.state.exitCode == 137 && details.state.wasOutOfMemory)
    #expect(details.state.processID == nil && details.state.finishedAt == nil)
    #expect(details.state.error == nil && details.state.health == nil)
    #expect(details.config.environment.isEmpty && details.config.labels.isEmpty)
    #expect(details.mounts.isEmpty && details.hostConfig.isNull)
    #expect(details.networks["n"]?.ipAddress == nil)
    #expect(details.ports["80/tcp"]?.isEmpty == true)
    #expect(details.ports["81/tcp"]?.first?.hostPort == 8081)
  }

  @Test("read what an engine leaves out as nothing")
  func omissions() throws {
    let details = ContainerDetails(raw: ["Id": "c1"])
    #expect(details.name.isEmpty && details.created == nil)
    #expect(details.state.status == ContainerState(rawValue: ""))
    #expect(details.networks.isEmpty && details.ports.isEmpty)
    let image = ImageDetails(raw: ["Id": "sha256:0f", "Created": ""])
    #expect(image.created == nil && image.config == nil && image.repoTags.isEmpty)
    let summary = ImageSummary(raw: ["Id": "x", "Containers": -1, "Created": 0, "RepoTags": nil])
    #expect(summary.containerCount == nil && summary.created == nil && summary.repoTags.isEmpty)
    #expect(ContainerSummary(raw: [:]).name == nil)
    #expect(EngineInfo(raw: [:]).warnings.isEmpty)
  }

  @Test("of a container in a listing tolerate a state of the future (DE-40)")
  func summary() throws {
    let summary = ContainerSummary(
      raw: try JSONValue(
        parsing: """
          {"Id":"c1","Names":["/other/alias","/web"],"Image":"busybox","State":"hibernating",
           "Created":1795464122,"Labels":null,"New":{"field":[1]},
           "Ports":[{"IP":"::","PrivatePort":80,"PublicPort":8080,"Type":"tcp"},
            {"PrivatePort":53,"Type":"udp"}]}
          """
      )
    )
    #expect(summary.names == ["other/alias", "web"])
    #expect(summary.name == "web")
    #expect(summary.state.description == "hibernating")
    #expect(summary.ports.map(\.publicPort) == [8080, nil])
    #expect(summary.ports.map(\.hostAddress) == ["::", nil])
    #expect(summary.raw["New"]?["field"]?[0] == 1)
  }

  @Test("of dangling images have no names")
  func dangling() {
    let summary = ImageSummary(raw: [
      "RepoTags": ["<none>:<none>"], "RepoDigests": ["<none>@<none>"],
    ])
    #expect(summary.repoTags.isEmpty && summary.repoDigests.isEmpty)
  }
}
