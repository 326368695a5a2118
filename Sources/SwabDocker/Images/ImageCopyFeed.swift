import NIOCore

/// Reads a saved image, and fills the lanes of those who are to get it.
struct ImageCopyFeed {
  /// Where an engine's part goes.
  struct Receiver: Sendable {
    let lane: ImageCopyLane
    /// How many of the lowest layers it needs not be sent.
    let present: Int
  }

  /// Pieces are gathered up to this size, since each is sent by itself to each engine.
  private static let pieceBytes = 1 << 18

  private let image: ImageToCopy
  private let receivers: [Receiver]
  private var layers: SavedLayers
  private var reader = TarReader()
  /// What was read and not yet handed on.
  private var piece = ByteBuffer()
  /// The layer whose data this is, if it is one that may be left out.
  private var layer: Int?
  /// What there is of a layer's description, which is being read.
  private var description: (entry: TarEntry, bytes: [UInt8])?

  init(_ image: ImageToCopy, to receivers: [Receiver]) {
    self.image = image
    self.receivers = receivers
    layers = SavedLayers(image.layers)
  }

  /// Reads the image to its end, or until nobody wants it any more.
  consuming func run(from source: any DockerAPI) async throws {
    let bytes = try await source.save(images: [image.name])
    defer { bytes.close() }
    while let part = try await bytes.next() {
      reader.append(part)
      while let event = try reader.next() {
        try await take(event)
        if case .end = event { return }
      }
      if receivers.allSatisfy(\.lane.isClosed) { return }
    }
    try reader.finish()
    try await end()
  }

  private mutating func take(_ event: TarReader.Event) async throws {
    switch event {
    case .entry(let entry, let header):
      await setLayer(layers.index(of: entry))
      if SavedLayers.isDescription(entry) { description = (entry, []) }
      try await add(header)
    case .data(let part):
      description?.bytes += part.readableBytesView
      try await add(part)
    case .endOfEntry(let padding):
      try await add(padding)
      if let (entry, bytes) = description { layers.note(bytes, of: entry) }
      description = nil
    case .end:
      try await end()
    }
  }

  /// What follows is that layer.
  private mutating func setLayer(_ index: Int?) async {
    guard index != layer else { return }
    await handOn()
    layer = index
    guard let index else { return }
    for receiver in receivers where index < receiver.present { receiver.lane.leaveOutLayer() }
  }

  private mutating func add(_ bytes: ByteBuffer) async throws {
    piece.writeImmutableBuffer(bytes)
    guard piece.readableBytes >= Self.pieceBytes else { return }
    try Task.checkCancellation()
    await handOn()
  }

  /// The slowest engine with a full lane is waited for.
  private mutating func handOn() async {
    guard piece.readableBytes > 0 else { return }
    let full = piece
    piece = ByteBuffer()
    for receiver in receivers where layer.map({ $0 >= receiver.present }) ?? true {
      await receiver.lane.fill(full)
    }
  }

  private mutating func end() async throws {
    await setLayer(nil)
    try await add(ByteBuffer(repeating: 0, count: 2 * TarBlock.size))
    await handOn()
    try Task.checkCancellation()
    for receiver in receivers { receiver.lane.complete() }
  }
}
