import NIOCore
import SwabTestSupport
import Testing

@testable import SwabSSH

@Suite("The parts of the SSH layer, without a wire")
struct SSHPartsTests {
  @Test("a marker is found however its line is cut", arguments: 1...24)
  func marker(pieceLength: Int) {
    var filter = MarkerFilter(marker: "swab-12")
    var passed = ""
    var text = Substring("Welcome! swab-1\r\nswab-12 4711\r\nfirst\nswab-12 5\n")
    while !text.isEmpty {
      passed +=
        filter.pass(ByteBuffer(substring: text.prefix(pieceLength))).map { String(buffer: $0) }
        ?? ""
      text = text.dropFirst(pieceLength)
    }
    #expect(passed == "first\nswab-12 5\n")
    #expect(filter.processID == 4711)
    #expect(filter.finish() == nil)
  }

  @Test(
    "only the marker's own line names a process: not what a shell shows of it, and never 1",
    arguments: [
      ("echo swab-12 $$; sleep 10'\r\nswab-12 4711\r\n", 4711),
      ("+ echo swab-12 815\nswab-12 815\n", 815),
      ("swab-12 1\n", nil),
      ("swab-12 \n", nil),
      ("swab-12 47 11\n", nil),
      ("swab-124711\n", nil),
      ("swab-12 99999999999999999999\n", nil),
    ] as [(String, Int?)]
  )
  func markerLine(text: String, processID: Int?) {
    var filter = MarkerFilter(marker: "swab-12")
    _ = filter.pass(ByteBuffer(string: text))
    #expect(filter.processID == processID)
  }

  @Test("without a marker nothing is lost")
  func noMarker() {
    var filter = MarkerFilter(marker: "swab-12")
    #expect(filter.pass(ByteBuffer(string: "Not available.\n")) == nil)
    #expect(filter.finish() == ByteBuffer(string: "Not available.\n"))
    #expect(filter.processID == nil)
  }

  @Test("a window widens while its reader keeps up, and narrows when it doesn't")
  func windows() {
    var window = WindowPolicy(limit: WindowPolicy.tunnelLimit)
    #expect(window.grant(remaining: WindowPolicy.initial) == 0)
    var remaining = WindowPolicy.initial
    var widest = 0
    for _ in 0..<2000 {
      remaining += window.grant(remaining: remaining)
      #expect(remaining >= WindowPolicy.reserve)
      widest = max(widest, remaining)
      remaining -= WindowPolicy.readSize
    }
    #expect(widest == 8 * 1024 * 1024)
    for _ in 0..<2000 {
      window.readerDidPause()
      remaining += window.grant(remaining: remaining)
      remaining -= WindowPolicy.readSize
    }
    #expect(window.target == WindowPolicy.initial)
    #expect(remaining <= WindowPolicy.initial)
  }

  @Test("the greeting is understood however it comes", arguments: [1, 7, 100, 10_000])
  func greeting(pieceLength: Int) {
    var writer = SSHWireWriter()
    for list in ["kex-a,kex-b", "key-a", "c1,c2", "c3", "m1", "m2", "none", "none", "", ""] {
      writer.write(text: list)
    }
    let cookie = [UInt8](repeating: 9, count: 16)
    let payload = [AlgorithmOffer.message] + cookie + writer.bytes + [0, 0, 0, 0, 0]
    var packet = SSHWireWriter()
    packet.write(string: [4] + payload + [0, 0, 0, 0])
    var bytes = ByteBuffer(string: "Notice\r\nSSH-2.0-Test\r\n")
    bytes.writeBytes(packet.bytes)
    var greeting = ServerGreeting()
    while let piece = bytes.readSlice(length: min(pieceLength, bytes.readableBytes)),
      piece.readableBytes > 0
    {
      greeting.observe(piece)
    }
    #expect(greeting.version == "SSH-2.0-Test")
    #expect(greeting.farewell == "Notice")
    #expect(greeting.offer?[.keyExchange] == ["kex-a", "kex-b"])
    #expect(greeting.offer?[.cipherIn] == ["c3"])
    #expect(greeting.isComplete)
  }

  @Test(
    "the first thing that two sides can't agree on is found",
    arguments: zip(
      [
        "k1/h1/c1/m1", "k2/h1/c1/m1", "k1/h2/c1/m1", "k1/h1/c2/m1", "k1/h1/c1/m2",
        "ext-info-s/h1/c1/m1",
      ],
      [nil, "key exchange", "host key type", "cipher", "MAC", "key exchange"]
    )
  )
  func mismatch(server: String, expected: String?) {
    func offer(_ text: String) -> AlgorithmOffer {
      let names = text.split(separator: "/").map(String.init)
      return AlgorithmOffer { kind in
        switch kind {
        case .keyExchange: [names[0]]
        case .hostKey: [names[1]]
        case .cipherOut, .cipherIn: [names[2]]
        case .macOut, .macIn: [names[3]]
        }
      }
    }
    #expect(offer("k1/h1/c1/m1").firstMismatch(with: offer(server))?.name == expected)
  }

  @Test(
    "base64 without padding, as in fingerprints",
    arguments: zip(["", "f", "fo", "foo", "foob"], ["", "Zg", "Zm8", "Zm9v", "Zm9vYg"])
  )
  func base64(text: String, expected: String) {
    #expect(Base64.encode(Array(text.utf8), padded: false) == expected)
  }

  @Test("an RSA key offered for SHA-512 says so in its name")
  func renaming() {
    func key(_ name: String) -> [UInt8] {
      var writer = SSHWireWriter()
      writer.write(text: name)
      return writer.bytes + [1, 2, 3]
    }
    #expect(SSHPublicKey.renamed(key("ssh-rsa"), to: "rsa-sha2-512") == key("rsa-sha2-512"))
    #expect(SSHPublicKey(blob: key("ssh-rsa"))?.type == "ssh-rsa")
    #expect(SSHPublicKey(blob: [0, 0, 0, 9, 1]) == nil)
  }

  @Test("handshakes keep to the order in which they were asked for (TR-61)")
  func handshakeOrder() async throws {
    let limit = SSHHandshakeLimit(1)
    let order = Order()
    try await limit.withTurn {
      for number in 0..<5 {
        Task.immediate {
          try await limit.withTurn { await order.add(number) }
        }
      }
    }
    try await eventually("all had their turn") { await order.numbers.count == 5 }
    #expect(await order.numbers == [0, 1, 2, 3, 4])
  }

  @Test("handshakes keep to their limit (TR-61)")
  func handshakeLimit() async throws {
    let limit = SSHHandshakeLimit(3)
    let inside = Counter()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<200 {
        group.addTask {
          try? await limit.withTurn {
            await inside.enter()
            await Task.yield()
            await inside.leave()
          }
        }
      }
    }
    #expect(await inside.most <= 3)
    #expect(await inside.done == 200)
  }

  private actor Order {
    var numbers: [Int] = []

    func add(_ number: Int) { numbers.append(number) }
  }

  private actor Counter {
    var now = 0
    var most = 0
    var done = 0

    func enter() {
      now += 1
      most = max(most, now)
    }

    func leave() {
      now -= 1
      done += 1
    }
  }

  @Test("who is cancelled in line leaves it, and the others go on")
  func cancelledInLine() async throws {
    let limit = SSHHandshakeLimit(1)
    try await limit.withTurn {
      let waiting = Task { try await limit.withTurn { true } }
      waiting.cancel()
      await #expect(throws: CancellationError.self) { try await waiting.value }
    }
    #expect(try await limit.withTurn { true })
  }
}
