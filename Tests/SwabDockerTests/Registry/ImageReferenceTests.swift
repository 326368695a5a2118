import Testing

@testable import SwabDocker

@Suite("Names of images")
struct ImageReferenceTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var text: String
    var registry: String
    var path: String
    var tag: String?
    var digest: String?
    var testDescription: String { text }

    init(
      _ text: String,
      _ registry: String,
      _ path: String,
      _ tag: String? = nil,
      digest: String? = nil
    ) {
      (self.text, self.registry, self.path) = (text, registry, path)
      (self.tag, self.digest) = (tag, digest)
    }
  }

  private static let digest = "sha256:" + String(repeating: "f", count: 64)
  private static let hub = "docker.io"

  private static let names = [
    Case("image", hub, "library/image"),
    Case("image:v1", hub, "library/image", "v1"),
    Case("team/app", hub, "team/app"),
    Case("team/app/part:v1", hub, "team/app/part", "v1"),
    Case("docker.io/busybox", hub, "library/busybox"),
    Case("docker.io/library/busybox", hub, "library/busybox"),
    Case("index.docker.io/busybox", hub, "library/busybox"),
    Case("index.docker.io/team/app", hub, "team/app"),
    Case("registry-1.docker.io/team/app", "registry-1.docker.io", "team/app"),
    Case("hostname:5000/image", "hostname:5000", "image"),
    Case("localhost/image", "localhost", "image"),
    Case("localhost:5000/image:v1", "localhost:5000", "image", "v1"),
    Case("my.registry.net/user/image", "my.registry.net", "user/image"),
    Case("my.registry.net:80/image", "my.registry.net:80", "image"),
    Case("127.0.0.1:8/debian", "127.0.0.1:8", "debian"),
    Case("test.com:5000", hub, "library/test.com", "5000"),
    Case("test:5000/repo", "test:5000", "repo"),
    Case("192.168.1.1", hub, "library/192.168.1.1"),
    Case("192.168.1.1/repo", "192.168.1.1", "repo"),
    Case("192.168.1.1:5000/repo:5050", "192.168.1.1:5000", "repo", "5050"),
    Case("foo_bar.com:8080", hub, "library/foo_bar.com", "8080"),
    Case("test_com/foo", hub, "test_com/foo"),
    Case("lowercase:Uppercase", hub, "library/lowercase", "Uppercase"),
    Case("Foo/bar", "Foo", "bar"),
    Case("xn--n3h.com:18080/foo", "xn--n3h.com:18080", "foo"),
    Case(
      "b.gcr.io/test.example.com/my-app:test.example.com",
      "b.gcr.io",
      "test.example.com/my-app",
      "test.example.com"
    ),
    Case("[2001:db8::1]/repo", "[2001:db8::1]", "repo"),
    Case("[2001:db8::1]:5000/repo:tag", "[2001:db8::1]:5000", "repo", "tag"),
    Case("[::1]:5000/a/b", "[::1]:5000", "a/b"),
    Case("docker---rules/dock__er", hub, "docker---rules/dock__er"),
    Case("d/t", hub, "d/t"),
    Case("root@\(digest)", hub, "library/root", digest: digest),
    Case("url:5000/repo@\(digest)", "url:5000", "repo", digest: digest),
    Case("a:b@\(digest)", hub, "library/a", "b", digest: digest),
    Case("[::1]:5000/a:b@\(digest)", "[::1]:5000", "a", "b", digest: digest),
    Case(
      "docker.io/\(String(repeating: "1a", count: 32))",
      hub,
      "library/\(String(repeating: "1a", count: 32))"
    ),
    Case(
      "a.b/\(String(repeating: "a/", count: 127))a:tag",
      "a.b",
      "\(String(repeating: "a/", count: 127))a",
      "tag"
    ),
  ]

  @Test("are taken apart as engines do it", arguments: names)
  func parsed(_ one: Case) throws {
    let image = try ImageReference(parsing: one.text)
    #expect(image.registry == one.registry)
    #expect(image.path == one.path)
    #expect(image.tag == one.tag)
    #expect(image.digest == one.digest)
    #expect(try ImageReference(parsing: "\(image)") == image)
    let full = "\(image.registry)/\(image.path)"
    #expect(try ImageReference(parsing: full).repository == image.repository)
  }

  @Test(
    "are written without what goes without saying",
    arguments: [
      ("docker.io/library/busybox:1", "busybox:1"), ("index.docker.io/team/app", "team/app"),
      ("library/foo/bar", "library/foo/bar"), ("localhost:5000/a", "localhost:5000/a"),
      ("busybox:latest@\(digest)", "busybox:latest@\(digest)"),
    ]
  )
  func written(_ text: String, _ familiar: String) throws {
    #expect(try ImageReference(parsing: text).description == familiar)
  }

  @Test(
    "that can be none are refused with the reason",
    arguments: [
      ("", "is empty"), (":justtag", "cannot be part"), ("Uppercase:tag", "in lower case"),
      ("docker/Docker", "in lower case"), ("test:5000/Uppercase/lowercase:tag", "in lower case"),
      ("aa/asdf$$^/aa", "cannot be part"), ("-docker", "cannot be part"),
      ("-gecko.com/image", "no host"), ("docker///docker", "cannot be part"),
      ("docker/", "cannot be part"), ("docker-/docker", "cannot be part"),
      ("_docker/_docker", "cannot be part"), ("____/____", "cannot be part"),
      ("dock..er/docker", "no host"), ("dock_.er/docker", "no host"), ("a/b..c", "cannot be part"),
      ("a/b_.c", "cannot be part"), ("a/b___c", "cannot be part"), ("a/ü", "cannot be part"),
      ("a b", "cannot be part"), ("[2001:db8::1]:5000", "cannot be part"),
      ("fc00::1:5000/debian", "no host"), ("[fe80::1%eth0]:5000/repo", "no host"),
      ("[2001:db8:3:4::192.0.2.33]:5000/debian", "no host"), ("host:port/a", "no port"),
      ("host:/a", "no port"), ("a:", "no tag"), ("a:-b", "no tag"), ("a:b:c", "no tag"),
      ("a:\(String(repeating: "t", count: 129))", "no tag"), ("a@", "no digest"),
      ("@\(digest)", "cannot be part"),
      ("repo@sha256:ffffffffffffffffffffffffffffffffff", "no digest"),
      ("a@invalid:\(String(repeating: "f", count: 64))", "no digest"),
      ("a@sha256:\(String(repeating: "F", count: 64))", "no digest"),
      (String(repeating: "1a", count: 32), "is an id"),
      ("\(String(repeating: "a/", count: 128))a:tag", "255"),
      ("https://my.registry.net/image", "is no URL"),
    ]
  )
  func refused(_ text: String, _ reason: String) {
    let error = #expect(throws: DockerError.self) { try ImageReference(parsing: text) }
    #expect(error?.code == .invalidArgument)
    #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
  }

  @Test("that are URLs are not shown, as a password may be in them")
  func secretURL() {
    let error = #expect(throws: DockerError.self) {
      try ImageReference(parsing: "https://me:hunter2@my.registry.net/image")
    }
    #expect(error?.description.contains("hunter2") == false)
  }

  @Test("take another tag")
  func tagged() throws {
    let image = try ImageReference(parsing: "a:b@\(Self.digest)")
    #expect(try image.with(tag: "v2").description == "a:v2")
    #expect(throws: DockerError.self) { try image.with(tag: "v:2") }
  }

  @Test(
    "of registries mean the same with and without scheme and path",
    arguments: [
      ("my.registry.net", "my.registry.net"), ("https://my.registry.net", "my.registry.net"),
      ("http://my.registry.net/v1/", "my.registry.net"), ("my.registry.net/v1/", "my.registry.net"),
      ("http://127.0.0.1:5000/v2", "127.0.0.1:5000"), ("[::1]:5000", "[::1]:5000"),
      ("", "https://index.docker.io/v1/"), ("docker.io", "https://index.docker.io/v1/"),
      ("index.docker.io", "https://index.docker.io/v1/"),
      ("https://index.docker.io/v1/", "https://index.docker.io/v1/"),
    ]
  )
  func registryNames(_ text: String, _ key: String) {
    #expect(RegistryName(text).key == key)
  }
}
