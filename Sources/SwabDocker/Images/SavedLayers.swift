/// Tells which layers the files of a saved image are.
///
/// Engines that save by the OCI's rules name a file after the digest of the layer. Those before 25
/// give each layer a folder, in no order, that is named after the digest of what its file `json`
/// says and of the layer with all below it; so that digest is made for each layer until one fits.
/// The list of all layers, which would say it, comes last.
struct SavedLayers: Sendable {
  /// The description of a layer is small; anything larger is none.
  static let descriptionLimit = 1 << 20

  private let layers: [String]
  /// The digests of each layer with all below it.
  private let chain: [String]
  /// The layers of folders seen so far.
  private var folders: [String: Int] = [:]

  /// - Parameter layers: The digests of the layers' archives, the lowest first.
  init(_ layers: [String]) {
    self.layers = layers
    var chain: [String] = []
    for layer in layers {
      guard let below = chain.last else {
        chain.append(layer)
        continue
      }
      chain.append("sha256:" + SHA256.hexDigest(of: "\(below) \(layer)"))
    }
    self.chain = chain
  }

  /// Whether that entry describes the layer in its folder.
  static func isDescription(_ entry: TarEntry) -> Bool {
    let parts = entry.pathParts
    return entry.kind == .file && parts.count == 2 && parts[1].elementsEqual("json".utf8)
      && entry.size <= descriptionLimit
  }

  /// Takes note of a layer's description.
  mutating func note(_ description: [UInt8], of entry: TarEntry) {
    guard let folder = entry.pathParts.first.map({ String(decoding: $0, as: UTF8.self) }) else {
      return
    }
    guard let members = try? JSONParser.members(of: description) else { return }
    let known = Set(folders.values)
    for index in chain.indices where !known.contains(index) {
      // An engine leaves the operating system out of all but the uppermost.
      for ignored in [["id", "os"], ["id"]]
      where Self.name(members, ignoring: ignored, chain[index]) == folder {
        folders[folder] = index
        return
      }
    }
  }

  /// The digest that an engine makes of a layer's description, whose members it sorts.
  private static func name(
    _ members: [(key: String, value: [UInt8])],
    ignoring ignored: [String],
    _ chain: String
  ) -> String {
    var fields = members.filter { !ignored.contains($0.key) }
    for index in fields.indices where fields[index].key == "parent" {
      // In quotation marks, as it stands.
      fields[index].value = Array(#""sha256:"#.utf8) + fields[index].value.dropFirst()
    }
    fields.append(("layer_id", Array("\"\(chain)\"".utf8)))
    fields.sort { $0.key < $1.key }
    let text = fields.map { Array("\"\($0.key)\":".utf8) + $0.value }.joined(separator: [0x2C])
    var digest = SHA256()
    digest.update([0x7B] + text + [0x7D])
    return digest.finishInHex()
  }

  /// Which layer the data of an entry is, counted from the lowest.
  ///
  /// - Returns: The number; nothing for an entry that every engine must get. So must it a layer that
  ///   is there twice, which is saved once, and linked to.
  func index(of entry: TarEntry) -> Int? {
    guard entry.kind == .file, let index = found(entry.pathParts) else { return nil }
    return layers.count { $0 == layers[index] } == 1 ? index : nil
  }

  private func found(_ path: [[UInt8]]) -> Int? {
    let parts = path.map { String(decoding: $0, as: UTF8.self) }
    if parts.count == 2, parts[1] == "layer.tar" { return folders[parts[0]] }
    guard parts.count == 3, parts[..<2] == ["blobs", "sha256"] else { return nil }
    return layers.firstIndex(of: "sha256:" + parts[2])
  }
}
