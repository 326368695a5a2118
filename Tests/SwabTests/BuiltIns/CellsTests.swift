import Testing

@testable import Swab

@Suite("Values as built-in tasks show them")
struct CellsTests {
  @Test(
    "ids are cut to 12 after sha256:, unless they are wanted in full (DF 33)",
    arguments: [
      ("sha256:0123456789abcdef", false, "0123456789ab"),
      ("0123456789abcdef", false, "0123456789ab"),
      ("sha256:0123456789abcdef", true, "sha256:0123456789abcdef"), ("", false, ""),
    ]
  )
  func ids(_ id: String, _ isFull: Bool, _ shown: String) {
    #expect(Cells.id(id, isFull: isFull) == shown)
  }

  @Test(
    "commands are cut to 25 characters, and say so (DF 33)",
    arguments: [
      ("/docker-entrypoint.sh ngi", "/docker-entrypoint.sh ngi"),
      ("/docker-entrypoint.sh nginx", "/docker-entrypoint.sh ng…"), ("", ""),
    ]
  )
  func commands(_ command: String, _ shown: String) {
    #expect(Cells.cut(command, to: 25) == shown)
  }

  @Test(
    "images are shown without their registry (DF 33)",
    arguments: [
      ("busybox:local", "busybox:local"), ("registry.example:5000/team/app:1", "app:1"),
      ("sha256:0123456789abcdef", "0123456789ab"),
      ("a/b@sha256:0123", "b@sha256:0123"),
    ]
  )
  func images(_ image: String, _ shown: String) {
    #expect(Cells.shortImage(image) == shown)
  }

  @Test(
    "ports are shown as they are reached",
    arguments: [
      (
        #"{"PrivatePort":80,"PublicPort":8080,"Type":"tcp","IP":"0.0.0.0"}"#, "0.0.0.0:8080->80/tcp"
      ),
      (#"{"PrivatePort":53,"Type":"udp"}"#, "53/udp"),
      (#"{"PrivatePort":80,"PublicPort":1,"Type":"tcp","IP":"::"}"#, ":::1->80/tcp"),
    ]
  )
  func ports(_ json: String, _ shown: String) throws {
    #expect(Cells.port(ContainerPort(raw: try JSONValue(parsing: json))) == shown)
  }

  @Test("moments are UTC to the second, without a zone")
  func dates() {
    #expect(Cells.date(DockerDate("2026-11-23T22:22:26.745046977+02:00")) == "2026-11-23T20:22:26")
    #expect(Cells.date(nil) == "")
  }

  @Test("version prints an aligned line for each entry (DF 32)")
  func entries() throws {
    let version = """
      {"Platform":{"Name":"Docker Engine"},"Components":[{"Name":"Engine","Version":"20.10.24"},
      {"Name":"runc","Version":"1.1.5"}],"Version":"20.10.24","Experimental":false,"MinAPIVersion":"1.12"}
      """
    #expect(
      DockerTasks.entries(of: try JSONValue(parsing: version)) == [
        "Platform:      Docker Engine",
        "Components:    Engine 20.10.24, runc 1.1.5",
        "Version:       20.10.24",
        "Experimental:  false",
        "MinAPIVersion: 1.12",
      ]
    )
  }

  @Test("an entry is one line, whatever is in it")
  func entryOfSeveralLines() throws {
    let info = try JSONValue(parsing: #"{"Labels":["a=1\n2"],"Name":"h1\r\nCPUs: 9"}"#)
    #expect(
      DockerTasks.entries(of: info) == [#"Labels: a=1\n2"#, #"Name:   h1\r\nCPUs: 9"#]
    )
  }

  @Test("JSON has a line for each host, whose text no terminal acts on")
  func documents() throws {
    let report = TaskReport(["x"], json: .array([.string("a\u{7f}\u{9b}\u{202e}ü\n\"")]))
    let document = report.document(host: "h1", task: "docker.info")
    #expect(
      document
        == #"{"host":"h1","task":"docker.info","result":["a\u007f\u009b\u202eü\n\""]}"#
    )
    #expect(document == TerminalText.safe(document))
    #expect(
      TaskReport([], json: .null).document(host: nil, task: "t")
        == #"{"host":null,"task":"t","result":null}"#
    )
  }
}
