import NIOCore
import SwabTestSupport
import Testing

@testable import SwabDocker

@Suite("What the docker command gives of a path in a container")
struct CommandArchiveTests {
  /// What an engine says of a path of which `docker cp` gives that archive.
  private func stat(_ archive: [UInt8], of path: String) throws -> JSONValue {
    var shape = ArchiveShape(path: path, isStatOnly: false)
    var given: [UInt8] = []
    // However it is cut, it comes to the same.
    for start in stride(from: 0, to: archive.count, by: 200) {
      let piece = archive[start..<min(start + 200, archive.count)]
      given += try shape.output(ByteBuffer(bytes: piece)).map { Array($0.readableBytesView) } ?? []
    }
    _ = try shape.finish(CommandEnd(exitStatus: 0), nil)
    #expect(given == archive)
    let header = try #require(shape.head?.head.headers.first(name: "X-Docker-Container-Path-Stat"))
    return try JSONValue(parsing: #require(Base64.decode(header)))
  }

  @Test("is told as an engine tells it", arguments: ["PAX_FORMAT", "GNU_FORMAT"])
  func stats(_ format: String) async throws {
    let name = String(repeating: "n", count: 150)
    let cases: [(String, String, JSONValue)] = [
      (
        "add('\(name)', b'x' * 700, mode=0o4755, mtime=5)", "/tmp/\(name)",
        [
          "name": .string(name), "size": 700, "mode": .integer(1 << 23 | 0o755),
          "mtime": "1970-01-01T00:00:05Z", "linkTarget": "",
        ]
      ),
      (
        "add('l', type=tarfile.SYMTYPE, linkname='../\(name)/./x', mode=0o777)", "/tmp/a/l",
        [
          "name": "l", "size": .integer(name.utf8.count + 7), "mode": .integer(1 << 27 | 0o777),
          "mtime": "1970-01-01T00:00:00Z", "linkTarget": .string("/tmp/\(name)/x"),
        ]
      ),
      (
        "add('d/', type=tarfile.DIRTYPE, mode=0o1755)", "/\u{301}d/.",
        [
          "name": ".", "size": 0, "mode": .integer(1 << 31 | 1 << 20 | 0o755),
          "mtime": "1970-01-01T00:00:00Z", "linkTarget": "",
        ]
      ),
      (
        "add('c', type=tarfile.CHRTYPE, mode=0o600)", "/",
        [
          "name": "/", "size": 0, "mode": .integer(1 << 26 | 1 << 21 | 0o600),
          "mtime": "1970-01-01T00:00:00Z", "linkTarget": "",
        ]
      ),
    ]
    for (script, path, expected) in cases {
      let archive = try await pythonTar(script, format: format)
      #expect(try stat(archive, of: path) == expected)
    }
  }

  @Test(
    "is an error if it is no archive, whatever its host makes of it",
    arguments: [
      // Sizes: negative, larger than anything, and too large for a number.
      "block(b'-0000000001\\0')", "block(b'\\x80\\0\\0\\0' + b'\\x7f' + b'\\xff' * 7, b'x')",
      "block(b'\\x80' + b'\\xff' * 11)", "block(b'\\xff' * 12)", "block(b'\\xff' * 12, b'L')",
      // Records of extended headers that end before they begin.
      "header(b'x', 3); raw(b'2 x'.ljust(512, b'\\0'))",
      "header(b'x', 3); raw(b'0 x'.ljust(512, b'\\0'))",
      "header(b'x', 4); raw(b'99 x'.ljust(512, b'\\0'))",
      "extended({'size': '9223372036854775808'}); add('a')",
      "raw(b'no archive' * 100)", "", "header(b'g', 0)",
    ]
  )
  func broken(_ script: String) async throws {
    let archive = try await pythonTar(
      """
      def block(size, type=b'0'):
        info = tarfile.TarInfo("x")
        data = bytearray(info.tobuf(tarfile.USTAR_FORMAT))
        data[124:136], data[156:157], data[148:156] = size, type, b' ' * 8
        data[148:156] = b'%06o\\0 ' % sum(data)
        raw(bytes(data))
      \(script)
      """
    )
    let error = #expect(throws: DockerError.self) { try stat(archive, of: "/x") }
    let codes: [DockerError.Code?] = [.invalidArchive, .unexpectedReply]
    #expect(codes.contains(error?.code), "\(error as Any)")
  }

  @Test("is told of a file as large as there are numbers, as far as it comes")
  func large() async throws {
    let archive = try await pythonTar(
      """
      info = tarfile.TarInfo('x')
      info.size, info.mtime = (1 << 63) - 1, -(1 << 63)
      raw(info.tobuf(tarfile.GNU_FORMAT))
      """
    )
    #expect(try stat(archive, of: "/x")["size"]?.int == .max)
  }
}
