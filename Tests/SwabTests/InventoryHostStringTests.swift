import Testing

@testable import Swab

@Suite("host strings")
struct InventoryHostStringTests {
  @Test(
    "a host string has a user, a host and a port (TR-12)",
    arguments: [
      ("h", nil, "h", nil),
      ("u@h", "u", "h", nil),
      ("u@h:2222", "u", "h", 2222),
      ("h:22", nil, "h", 22),
      ("[::1]:22", nil, "::1", 22),
      ("[::1]", nil, "::1", nil),
      ("::1", nil, "::1", nil),
      ("::", nil, "::", nil),
      ("fe80::1%eth0", nil, "fe80::1%eth0", nil),
      ("[fe80::1%eth0]:22", nil, "fe80::1%eth0", 22),
      ("u@[::1]:22", "u", "::1", 22),
      ("u@::1", "u", "::1", nil),
      ("me@corp@h", "me@corp", "h", nil),
      ("me@corp@h:1", "me@corp", "h", 1),
      ("DOMAIN\\me@h", "DOMAIN\\me", "h", nil),
      ("192.0.2.1", nil, "192.0.2.1", nil),
      ("192.0.2.1:65535", nil, "192.0.2.1", 65535),
      ("web-1.example.com", nil, "web-1.example.com", nil),
      ("web_1", nil, "web_1", nil),
      ("müller.example", nil, "müller.example", nil),
      ("2001:db8::1", nil, "2001:db8::1", nil),
      ("::ffff:192.0.2.1", nil, "::ffff:192.0.2.1", nil),
      ("u@H", "u", "H", nil),
    ] as [(String, String?, String, Int?)]
  )
  func parses(text: String, user: String?, host: String, port: Int?) throws {
    #expect(try HostString(text) == HostString(user: user, host: host, port: port))
  }

  @Test(
    "what is no host string is an error (TR-12)",
    arguments: [
      ("", "a host string is empty"),
      ("@h", "'@h' has no user before the @"),
      ("u@", "'u@' has no host"),
      ("@", "'@' has no user before the @"),
      ("h:0", "'h:0': a port is a number from 1 to 65535, not '0'"),
      ("h:99999", "'h:99999': a port is a number from 1 to 65535, not '99999'"),
      ("h:65536", "'h:65536': a port is a number from 1 to 65535, not '65536'"),
      ("h:", "'h:': a port is a number from 1 to 65535, not ''"),
      ("h:ssh", "'h:ssh': a port is a number from 1 to 65535, not 'ssh'"),
      ("h:-1", "'h:-1': a port is a number from 1 to 65535, not '-1'"),
      ("h:+1", "'h:+1': a port is a number from 1 to 65535, not '+1'"),
      ("h:022", "'h:022': a port is a number from 1 to 65535, not '022'"),
      ("h:99999999999999999999", nil),
      (":22", "':22' has no host"),
      ("u@:22", "'u@:22' has no host"),
      ("h:1:2", "'h:1:2' is neither host:port nor an IPv6 address"),
      ("[::1", "'[::1' has no ] to its ["),
      ("[::1]22", "'[::1]22': only :port can follow the address in brackets"),
      ("[::1]:", "'[::1]:': a port is a number from 1 to 65535, not ''"),
      ("[h]:22", "'[h]:22' is neither host:port nor an IPv6 address"),
      ("[]:22", nil),
      ("::1]", nil),
      ("fe80::1%", nil),
      ("a b", "'a b' is not a host string"),
      ("h ", nil),
      ("h\n", nil),
      ("-oProxyCommand=x", "'-oProxyCommand=x' is not a host string"),
      ("h/x", "'h/x' is not a host string"),
      ("h;x", nil),
      ("$(x)", nil),
      ("tcp://h", nil),
      ("u:secret@h", "a host string can't contain a password"),
      ("u\u{1B}@h", "the user of a host string can't contain control characters"),
    ] as [(String, String?)]
  )
  func refuses(text: String, message: String?) throws {
    let error = #expect(throws: FabfileError.self) { try HostString(text) }
    let shown = try #require(error)
    #expect(shown.kind == .usage)
    #expect(!shown.message.contains("secret"))
    if let message { #expect(shown.message == message) }
  }

  @Test(
    "it prints as it is written, IPv6 with a port in brackets (TR-12)",
    arguments: [
      ("h", "h", "me@h:22"),
      ("u@h:1", "u@h:1", "u@h:1"),
      ("u@[::1]", "u@::1", "u@[::1]:22"),
      ("[::1]:2222", "[::1]:2222", "me@[::1]:2222"),
      ("me@corp@Web", "me@corp@Web", "me@corp@web:22"),
    ]
  )
  func prints(text: String, description: String, normalized: String) throws {
    let host = try HostString(text)
    #expect(host.description == description)
    #expect(host.normalized(user: "me", port: 22) == normalized)
    #expect(try HostString(host.description) == host)
  }

  @Test(
    "addresses are told from names",
    arguments: [
      ("192.0.2.1", true), ("::1", true), ("fe80::1%eth0", true), ("h", false), ("1.2.3", false),
      ("192.0.2.256", false), ("face", false),
    ]
  )
  func addresses(text: String, isAddress: Bool) throws {
    #expect(try HostString(text).isAddress == isAddress)
  }
}

@Suite("host ranges")
struct InventoryRangeTests {
  @Test(
    "a range stands for several names (TR-5)",
    arguments: [
      ("web[01-03]", "web01 web02 web03"),
      ("web[1-3]", "web1 web2 web3"),
      ("[1-9/4]", "1 5 9"),
      ("db[1,3]", "db1 db3"),
      ("db[1,3-5,09]", "db1 db3 db4 db5 db09"),
      ("w[08-11]x", "w08x w09x w10x w11x"),
      ("w[098-101]", "w098 w099 w100 w101"),
      ("a[1-2]b[1-2]", "a1b1 a1b2 a2b1 a2b2"),
      ("r[1-2][1-2]", "r11 r12 r21 r22"),
      ("u@w[1-2]:2222", "u@w1:2222 u@w2:2222"),
      ("h:22[01-03]", "h:2201 h:2202 h:2203"),
      ("10.0.0.[1-3]", "10.0.0.1 10.0.0.2 10.0.0.3"),
      ("web[5]", "web5"),
      ("web[5-5]", "web5"),
      ("web[0-2]", "web0 web1 web2"),
      ("web[00-02/2]", "web00 web02"),
      ("plain", "plain"),
      ("[::1]:22", "[::1]:22"),
      ("[fe80::1]:22[01-02]", "[fe80::1]:2201 [fe80::1]:2202"),
      ("u[1-2]@[::1]", "u1@[::1] u2@[::1]"),
    ]
  )
  func expands(term: String, names: String) throws {
    #expect(try HostRange.expand(term).joined(separator: " ") == names)
    #expect(HostRange.isRange(term) == (term.contains("[") && !["[::1]:22"].contains(term)))
  }

  @Test(
    "a range that can't be read is an error (TR-5)",
    arguments: [
      ("web[3-1]", "'web[3-1]' counts backwards: [3-1]"),
      ("web[03-01]", "'web[03-01]' counts backwards: [03-01]"),
      ("web[1-3", "'web[1-3' has no ] to its ["),
      ("web1-3]", "'web1-3]' has no [ to its ]"),
      ("web[]", "'web[]' has a range that can't be read: []"),
      ("web[a-c]", "'web[a-c]' has a range that can't be read: [a-c]"),
      ("web[1-]", "'web[1-]' has a range that can't be read: [1-]"),
      ("web[-3]", "'web[-3]' has a range that can't be read: [-3]"),
      ("web[1,,3]", "'web[1,,3]' has a range that can't be read: []"),
      ("web[1-2-3]", "'web[1-2-3]' has a range that can't be read: [1-2-3]"),
      ("web[1-9/0]", "'web[1-9/0]' counts in steps of zero: [1-9/0]"),
      ("web[1-9/]", "'web[1-9/]' has a range that can't be read: [1-9/]"),
      ("web[1-9/2/2]", "'web[1-9/2/2]' has a range that can't be read: [1-9/2/2]"),
      ("web[5/2]", "'web[5/2]' has a range that can't be read: [5/2]"),
      ("web[1-03]", "'web[1-03]' has ends of different width: [1-03]"),
      ("web[001-03]", "'web[001-03]' has ends of different width: [001-03]"),
      ("web[1- 3]", "'web[1- 3]' has a range that can't be read: [1- 3]"),
      ("web[1-200000]", "'web[1-200000]' stands for more than 100000 hosts"),
      ("[1-999][1-999]", "'[1-999][1-999]' stands for more than 100000 hosts"),
      ("[1-9][1-9][1-9][1-9][1-9][1-9][1-9][1-9][1-9]", nil),
      (
        "web[1-9223372036854775807]",
        "'web[1-9223372036854775807]' stands for more than 100000 hosts"
      ),
      ("web[1-99999999999999999999]", nil),
      ("web[[1-2]]", nil),
    ] as [(String, String?)]
  )
  func refuses(term: String, message: String?) throws {
    let error = #expect(throws: FabfileError.self) { try HostRange.expand(term) }
    let shown = try #require(error)
    if let message { #expect(shown.message == message) }
    #expect(shown.hint == "a range is written web[01-20], db[1,3] or [1-9/4]")
    #expect(shown.kind == .usage)
  }

  @Test("a hundred thousand names are fine")
  func limit() throws {
    #expect(try HostRange.expand("h[1-1000]x[1-100]").count == 100_000)
  }

  @Test(
    "commas within brackets divide nothing",
    arguments: [
      ("h1,h2", ["h1", "h2"]), (" h1 , h2 ", ["h1", "h2"]), ("db[1,3],h", ["db[1,3]", "h"]),
      ("", []), (",,", []), ("h1,", ["h1"]), ("a b", ["a b"]), ("[::1]:22,h", ["[::1]:22", "h"]),
      ("h],a", ["h]", "a"]),
    ]
  )
  func splits(text: String, parts: [String]) {
    #expect(HostRange.split(text) == parts)
  }

  @Test("lists within task arguments are divided by semicolons")
  func semicolons() {
    #expect(HostRange.split("a;b,c;db[1;3]", at: ";") == ["a", "b,c", "db[1;3]"])
  }
}
