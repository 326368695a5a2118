import NIOCore
import SwabTestSupport
import Testing

@testable import SwabDocker

@Suite("SHA-256")
struct SHA256Tests {
  @Test(
    "digests are those of the standard",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
    ]
  )
  func standard(_ text: String, _ digest: String) {
    #expect(SHA256.hexDigest(of: text) == digest)
  }

  @Test("each length around a block, in pieces of each size, is what sha256sum makes of it")
  func pieces() async throws {
    let folder = try TemporaryFolder()
    let lengths = [0, 1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 129, 1000]
    let texts = lengths.map { length in String((0..<length).map { _ in "az09".randomElement()! }) }
    for (length, text) in zip(lengths, texts) { try folder.write(text, to: "\(length)") }
    let tool = try await RunningProcess.run(
      "sha256sum",
      lengths.map(String.init),
      workingDirectory: folder.path
    )
    let expected = tool.lines.map { String($0.prefix(64)) }
    try #require(expected.count == lengths.count)
    for (text, digest) in zip(texts, expected) {
      for size in [1, 7, 63, 64, 65, 500, 1000] {
        var hash = SHA256()
        var rest = ByteBuffer(string: text)
        while rest.readableBytes > 0 {
          guard let piece = rest.readSlice(length: min(size, rest.readableBytes)) else { break }
          hash.update(piece)
        }
        #expect(hash.finishInHex() == digest, "\(text.count) bytes, \(size) at a time")
      }
    }
  }
}
