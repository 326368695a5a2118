import SwabDocker
import Testing

@Suite("Addresses (DE-3)")
struct AddressTests {
  @Test(
    "of UNIX sockets",
    arguments: [
      (nil, "/var/run/docker.sock"), ("", "/var/run/docker.sock"),
      ("unix://", "/var/run/docker.sock"), ("unix:///p", "/p"), ("unix:/p", "/p"),
      ("http+unix:///p", "/p"), ("Unix:///p", "/p"), ("http+unix://%2Fp%2Fa%20b", "/p/a b"),
      ("unix://var/run/docker.sock", "/var/run/docker.sock"),
      ("/run/user/1000/docker.sock", "/run/user/1000/docker.sock"), ("unix:///ü", "/ü"),
    ] as [(String?, String)]
  )
  func sockets(_ text: String?, _ path: String) throws {
    let address = try DockerAddress(parsing: text)
    #expect(address == DockerAddress(.unixSocket(path: path)))
  }

  @Test(
    "of TCP ports",
    arguments: [
      ("tcp://h:1", "h", 1, ""), ("h-x:1", "h-x", 1, ""),
      ("0.0.0.1:5555", "0.0.0.1", 5555, ""), (":6666", "127.0.0.1", 6666, ""),
      ("tcp://:7777", "127.0.0.1", 7777, ""), ("h:1/docker/engine", "h", 1, "/docker/engine"),
      ("tcp://h:2375/a/", "h", 2375, "/a"), ("[fd12::82d1]:2375", "fd12::82d1", 2375, ""),
      ("tcp://[::1]", "::1", 2375, ""), ("localhost:2375", "localhost", 2375, ""),
      ("localhost", "localhost", 2375, ""), ("0.0.0.0", "0.0.0.0", 2375, ""),
      ("tcp://h", "h", 2375, ""), ("TCP://h:65535/", "h", 65535, ""),
    ]
  )
  func ports(_ text: String, _ host: String, _ port: Int, _ basePath: String) throws {
    let address = try DockerAddress(parsing: text)
    #expect(address == DockerAddress(.tcp(host: host, port: port), basePath: basePath))
    #expect(try DockerAddress(parsing: address.description) == address)
  }

  @Test(
    "that say whether TLS is spoken",
    arguments: [
      ("https://h:1", "h", 1, true), ("HTTPS://h", "h", 2376, true),
      ("https://[fd12::82d1]:1090", "fd12::82d1", 1090, true), ("http://h:1", "h", 1, false),
      ("http://h", "h", 2375, false),
    ]
  )
  func saying(_ text: String, _ host: String, _ port: Int, _ usesTLS: Bool) throws {
    let address = try DockerAddress(parsing: text)
    #expect(address == DockerAddress(.tcp(host: host, port: port), usesTLS: usesTLS))
    #expect(try DockerAddress(parsing: address.description) == address)
  }

  @Test(
    "that are none",
    arguments: [
      "tcp://", "udp://127.0.0.1", "fd://x", "tcp://h:1?x=y", "tcp://h:1#f", "tcp://h:1;p",
      "tcp://u:secret@h:1", "h:0", "h:99999", "h:-1", "h:+1", "h:x", "h:", "tcp://[::1", "[]:1",
      "[::1]x:1", "h:1:2", "a b", "h:1\n", "http+unix://%2", "http+unix://%FF", "unix:///p?x",
      "://h",
    ]
  )
  func none(_ text: String) {
    let error = #expect(throws: DockerError.self) { try DockerAddress(parsing: text) }
    #expect(error?.code == .invalidAddress)
    #expect(error?.description.contains("secret") == false)
  }

  @Test(
    "that need what is not there yet",
    arguments: [
      "ssh://h", "ssh://u@h:22/run/docker.sock", "npipe:////./pipe/docker_engine",
    ]
  )
  func unsupported(_ text: String) {
    let error = #expect(throws: DockerError.self) { try DockerAddress(parsing: text) }
    #expect(error?.code == .unsupportedAddress)
  }
}
