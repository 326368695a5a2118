import Foundation

@testable import SwabDocker

/// An archive that an engine loads, with layers of whatever a test says.
struct ImageArchive: Sendable {
  let name: String
  /// The tar archives of the layers.
  let layers: [[UInt8]]

  /// An image with a layer for each of these contents of a file.
  init(_ name: String, files: [[UInt8]]) {
    self.name = name
    layers = files.map { Self.entry("file-\($0.count)", $0) + Self.end }
  }

  /// Bytes that nobody has seen before.
  static func noise(_ count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    var words = [UInt64](repeating: 0, count: count / 8)
    for index in words.indices { words[index] = generator.next() }
    return words.withUnsafeBytes { Array($0) }
  }

  var bytes: [UInt8] {
    let digests = layers.map { "\"sha256:\(Self.digest($0))\"" }.joined(separator: ",")
    let config =
      #"{"architecture":"amd64","os":"linux","config":{"Cmd":["<&>"]},"#
      + #""rootfs":{"type":"layers","diff_ids":[\#(digests)]}}"#
    let names = layers.indices.map { "\"\($0)/layer.tar\"" }.joined(separator: ",")
    let manifest =
      #"[{"Config":"config.json","RepoTags":["\#(name)"],"Layers":[\#(names)]}]"#
    let files = layers.enumerated().flatMap { Self.entry("\($0)/layer.tar", $1) }
    return files + Self.entry("config.json", Array(config.utf8))
      + Self.entry("manifest.json", Array(manifest.utf8)) + Self.end
  }

  private static func digest(_ bytes: [UInt8]) -> String {
    var digest = SHA256()
    digest.update(bytes)
    return digest.finishInHex()
  }

  private static let end = [UInt8](repeating: 0, count: 1024)

  /// A file in a tar archive.
  static func entry(_ name: String, _ contents: [UInt8]) -> [UInt8] {
    var block = TarBlock()
    block.set(TarBlock.Field.name, Array(name.utf8))
    block.set(TarBlock.Field.mode, number: 0o644)
    for field in [TarBlock.Field.uid, TarBlock.Field.gid, TarBlock.Field.mtime] {
      block.set(field, number: 0)
    }
    block.set(TarBlock.Field.size, number: contents.count)
    block.bytes[TarBlock.Field.letter] = UInt8(ascii: "0")
    block.set(TarBlock.Field.magic, Array("ustar\u{0}00".utf8))
    block.setChecksum()
    let padding = [UInt8](repeating: 0, count: TarBlock.padding(after: contents.count))
    return block.bytes + contents + padding
  }
}
