import Foundation
import NIOCore
import SwabTestSupport
import Testing

@testable import SwabDocker

/// An entry as it was read, with all of its bytes.
struct ReadEntry {
  var entry: TarEntry
  var header: [UInt8]
  var data: [UInt8] = []
  var padding: [UInt8] = []

  var bytes: [UInt8] { header + data + padding }
}

/// Reads an archive that comes in pieces of that length.
func readTar(_ bytes: [UInt8], piece: Int = 1 << 16) throws -> [ReadEntry] {
  var reader = TarReader()
  var entries: [ReadEntry] = []
  var rest = bytes[...]
  while true {
    while let event = try reader.next() {
      switch event {
      case .entry(let entry, let header):
        entries.append(ReadEntry(entry: entry, header: Array(header.readableBytesView)))
      case .data(let part): entries[entries.count - 1].data += part.readableBytesView
      case .endOfEntry(let padding):
        entries[entries.count - 1].padding = Array(padding.readableBytesView)
      case .end: break
      }
    }
    if rest.isEmpty { break }
    reader.append(ByteBuffer(bytes: rest.prefix(piece)))
    rest = rest.dropFirst(piece)
  }
  try reader.finish()
  return entries
}

/// An archive that python writes: the script has `tar`, `add(name, data=b"", **fields)` and `raw`.
func pythonTar(_ script: String, format: String = "PAX_FORMAT") async throws -> [UInt8] {
  let process = try await RunningProcess.run(
    "python3",
    [
      "-c",
      """
      import io, sys, tarfile, base64
      out = io.BytesIO()
      tar = tarfile.open(fileobj=out, mode="w", format=tarfile.\(format))
      def add(name, data=b"", **fields):
        info = tarfile.TarInfo(name)
        info.size = len(data)
        for key, value in fields.items(): setattr(info, key, value)
        tar.addfile(info, io.BytesIO(data))
      def raw(data): out.write(data); tar.offset += len(data)
      def header(type, size):
        info = tarfile.TarInfo("x")
        info.type, info.size = type, size
        raw(info.tobuf(tarfile.USTAR_FORMAT))
      def extended(records, type=tarfile.XHDTYPE):
        raw(tarfile.TarInfo._create_pax_generic_header(records, type, "utf-8"))
      \(script)
      tar.close()
      print(base64.b64encode(out.getvalue()).decode())
      """,
    ]
  )
  #expect(process.exitStatus == 0, "\(process.standardError)")
  return try #require(
    Data(base64Encoded: process.standardOutput.trimmingCharacters(in: .newlines)).map(Array.init)
  )
}

@Suite("Reading tar archives")
struct TarReaderTests {
  private static let long = String(repeating: "long/", count: 60) + "ü\nname"

  @Test(
    "finds what other programs have written, in pieces of any length",
    arguments: ["USTAR_FORMAT", "GNU_FORMAT", "PAX_FORMAT"],
    [1, 7, 511, 512, 513, 1 << 16]
  )
  func formats(_ format: String, piece: Int) async throws {
    let name = format == "USTAR_FORMAT" ? String(repeating: "n/", count: 70) + "ü\nm" : Self.long
    let bytes = try await pythonTar(
      """
      add("folder/", type=tarfile.DIRTYPE, mode=0o755, mtime=1000000000)
      name = "\(name.replacingOccurrences(of: "\n", with: "\\n"))"
      add(name, b"x" * 700, mode=0o4755, uid=1000, gid=100)
      add("link", type=tarfile.SYMTYPE, linkname="folder/ü")
      add("again", type=tarfile.LNKTYPE, linkname="link")
      add("tty", type=tarfile.CHRTYPE, devmajor=5, devminor=1)
      add("pipe", type=tarfile.FIFOTYPE)
      add("empty")
      """,
      format: format
    )
    let entries = try readTar(bytes, piece: piece)
    let kinds: [TarEntry.Kind] = [
      .folder, .file, .link, .hardLink, .characterDevice, .pipe, .file,
    ]
    #expect(entries.map(\.entry.kind) == kinds)
    #expect(entries[0].entry.pathParts == [Array("folder".utf8)])
    #expect(entries[0].entry.mtime == 1_000_000_000)
    #expect(entries[1].entry.path == name)
    #expect(entries[1].entry.mode == 0o4755)
    #expect(entries[1].entry.uid == 1000 && entries[1].entry.gid == 100)
    #expect(entries[1].data == Array(repeating: UInt8(ascii: "x"), count: 700))
    #expect(entries[2].entry.linkTarget == "folder/ü")
    #expect(entries[3].entry.linkTarget == "link")
    #expect(entries[4].entry.device == (5, 1))
    // What was read can be passed on as it is.
    let all = entries.flatMap(\.bytes)
    #expect(bytes.starts(with: all))
    #expect(bytes.dropFirst(all.count).allSatisfy { $0 == 0 })
  }

  @Test("knows what GNU tar writes, also of files with holes", arguments: ["gnu", "pax", "v7"])
  func gnu(_ format: String) async throws {
    try await withTemporaryFolder { folder in
      try folder.write("hello", to: "in/file")
      let long = String(repeating: "n", count: 120)
      if format != "v7" { try folder.write("long", to: "in/\(long)") }
      try FileManager.default.createSymbolicLink(
        atPath: folder.path("in/link"),
        withDestinationPath: "file"
      )
      let hole = folder.path("in/hole")
      let file = open(hole, O_CREAT | O_WRONLY, 0o644)
      // Enough pieces for GNU's old format to need more than one header block.
      for index in 0..<40 { pwrite(file, "x", 1, off_t(index) << 20) }
      close(file)
      let archive = folder.path("a.tar")
      let sparse = format == "v7" ? [] : ["--sparse"]
      let tar = try await RunningProcess.run(
        "tar",
        ["-C", folder.path, "--format=\(format)", "--sort=name", "-cf", archive] + sparse + ["in"]
      )
      #expect(tar.exitStatus == 0, "\(tar.standardError)")
      let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: archive)))
      let entries = try readTar(bytes, piece: 1000)
      let names = ["in/", "in/file", "in/hole", "in/link"] + (format == "v7" ? [] : ["in/\(long)"])
      #expect(entries.map(\.entry.path) == names)
      #expect(entries[0].entry.kind == .folder)
      #expect(entries[1].data == Array("hello".utf8))
      #expect(entries[2].entry.isSparse == (format != "v7"))
      let size = entries[2].entry.unpackedSize ?? entries[2].entry.size
      #expect(size == 40_894_465)
      #expect(bytes.starts(with: entries.flatMap(\.bytes)))
    }
  }

  @Test("takes sizes beyond 8 GiB in both forms, and times before 1970")
  func largeNumbers() async throws {
    for format in ["PAX_FORMAT", "GNU_FORMAT"] {
      let script = """
        info = tarfile.TarInfo("large")
        info.size = 9 << 30
        info.mtime = -5
        raw(info.tobuf(tarfile.\(format)))
        """
      var reader = TarReader()
      reader.append(ByteBuffer(bytes: try await pythonTar(script, format: format)))
      guard case .entry(let entry, _) = try reader.next() else {
        Issue.record("no entry")
        return
      }
      #expect(entry.size == 9 << 30)
      #expect(entry.mtime == -5)
      #expect(throws: DockerError.self) { try reader.finish() }
    }
  }

  @Test("reads of a file as large as there are numbers what there is of it")
  func largestNumber() async throws {
    let bytes = try await pythonTar(
      """
      info = tarfile.TarInfo("x")
      info.size, info.mtime = (1 << 63) - 1, -(1 << 63)
      raw(info.tobuf(tarfile.GNU_FORMAT))
      """
    )
    var reader = TarReader()
    reader.append(ByteBuffer(bytes: bytes))
    guard case .entry(let entry, _) = try reader.next(), case .data(let data) = try reader.next()
    else {
      Issue.record("no entry with data")
      return
    }
    #expect(entry.size == .max && entry.mtime == .min)
    #expect(data.readableBytes == bytes.count - 512)
    if case .some = try reader.next() { Issue.record("more than there is") }
    let error = #expect(throws: DockerError.self) { try reader.finish() }
    #expect(error?.code == .streamTruncated)
  }

  @Test("refuses an archive that ends too early, wherever")
  func truncated() async throws {
    let bytes = try await pythonTar("add('\(String(repeating: "n", count: 200))', b'x' * 600)")
    let end = try #require(bytes.lastIndex { $0 != 0 }) + 1
    let full = (end + 511) / 512 * 512
    for count in [0, 1, 511, 512, 1000, 1536, 2048, full - 1, full, full + 511] {
      let error = #expect(throws: DockerError.self) { try readTar(Array(bytes.prefix(count))) }
      #expect(error?.code == .streamTruncated, "\(count)")
    }
    // One block of zeros is what some programs write, and what comes after two counts for nothing.
    #expect(try readTar(Array(bytes.prefix(full + 512))).count == 1)
    #expect(try readTar(Array(bytes.prefix(full + 1024)) + [1, 2, 3]).count == 1)
  }

  @Test(
    "refuses what is broken, or what readers could read differently",
    arguments: [
      ("raw(b'garbage' * 200)", "checksum"),
      ("add('a'); raw(b'\\0' * 512); add('b')", "after its end"),
      ("add('a', pax_headers={'size': '-1'})", "negative"),
      ("add('a', pax_headers={'size': 'x'})", "no number"),
      ("add('a', pax_headers={'mtime': 'x'})", "no time"),
      ("extended({'path': '/etc/passwd'}, tarfile.XGLTYPE)", "for all entries"),
      ("add('a', pax_headers={'GNU.sparse.name': 'b'})", "sparse"),
      ("extended({'path': 'b'}); extended({'path': 'b'}); add('a')", "two extended"),
      ("extended({'path': 'b'})", "entry should follow"),
      ("header(b'x', 2 << 20)", "1 MiB"),
      ("large((1 << 63) - 1, b'x')", "1 MiB"), ("large((1 << 63) - 1, b'L')", "1 MiB"),
      ("large(1 << 63)", "no size"), ("large(-1)", "no size"),
      ("large(-(1 << 63), b'x')", "no size"),
      ("extended({'size': '9223372036854775808'}); add('a')", "no number"),
      ("extended({'size': '-9223372036854775808'}); add('a')", "negative"),
      ("extended({'uid': '99999999999999999999'}); add('a')", "no number"),
      ("extended({'mtime': '-9223372036854775808.5'}); add('a')", "no time"),
      ("header(b'x', 3); raw(b'2 x'.ljust(512, b'\\0'))", "extended header"),
      ("header(b'x', 3); raw(b'3 x'.ljust(512, b'\\0'))", "extended header"),
      ("header(b'x', 1); raw(b'1'.ljust(512, b'\\0'))", "extended header"),
      ("header(b'x', 20); raw(b'9223372036854775808 '.ljust(512, b'\\0'))", "extended header"),
      ("header(b'x', 9); raw(b'999 a=b\\n\\0'.ljust(512, b'\\0'))", "extended header"),
      ("header(b'x', 9); raw(b'9 path=a\\0'.ljust(512, b'\\0'))", "extended header"),
    ]
  )
  func broken(_ script: String, _ reason: String) async throws {
    let bytes = try await pythonTar(
      """
      def large(size, type=tarfile.REGTYPE):
        info = tarfile.TarInfo("x")
        info.type, info.size = type, size
        raw(info.tobuf(tarfile.GNU_FORMAT))
      \(script)
      """
    )
    let error = #expect(throws: DockerError.self) { try readTar(bytes) }
    #expect(error?.code == .invalidArchive)
    #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
  }

  @Test("passes remarks on the whole archive on")
  func globalHeader() async throws {
    let bytes = try await pythonTar(
      "extended({'comment': '0f'}, tarfile.XGLTYPE); add('a', b'1')"
    )
    let entries = try readTar(bytes)
    #expect(entries.map(\.entry.kind) == [.globalHeader, .file])
    #expect(String(decoding: entries[0].data, as: UTF8.self) == "14 comment=0f\n")
  }

  @Test(
    "knows paths that lead outside",
    arguments: [
      ("a/b", false), ("./a", false), ("a/..b", false), ("a/../b", true), ("..", true),
      ("/a", true), ("../\u{301}x", true), ("a/./../b", true), ("...", false), ("", false),
    ]
  )
  func outside(_ path: String, isOutside: Bool) {
    #expect(TarEntry(.file, path: path.utf8, mode: 0o644).leadsOutside == isOutside)
  }

  @Test("ends in events or in an error, whatever bytes were changed", arguments: 0..<8)
  func garbage(_ seed: UInt64) async throws {
    let whole = try await pythonTar(
      """
      add("folder/", type=tarfile.DIRTYPE)
      add("\(String(repeating: "n", count: 200))", b"x" * 700)
      add("link", type=tarfile.SYMTYPE, linkname="\(String(repeating: "l", count: 200))")
      """
    )
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    func random(_ limit: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(limit))
    }
    for _ in 0..<500 {
      var bytes = whole
      for _ in 0...random(6) { bytes[random(bytes.count)] = UInt8(random(256)) }
      // A checksum that fits leads further in.
      for start in stride(from: 0, to: 4096, by: 512) where random(2) == 0 {
        guard var block = TarBlock(ByteBuffer(bytes: bytes), at: start) else { continue }
        block.setChecksum()
        bytes.replaceSubrange(start..<(start + 512), with: block.bytes)
      }
      _ = try? readTar(bytes, piece: 1 + random(2000))
    }
  }
}
