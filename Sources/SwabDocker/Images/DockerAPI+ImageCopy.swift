extension DockerAPI {
  /// Sends an image of this engine to others, with no registry in between.
  ///
  /// ```swift
  /// let outcomes = try await docker.copyImage("app:1.4", to: [web1, web2])
  /// for outcome in outcomes { print(try outcome.get().bytesSent) }
  /// ```
  ///
  /// Each layer is read once, and sent to all at the same time; the slowest of them sets the pace.
  /// Layers that an engine has are left out of what it is sent, and one that has the whole image is
  /// just told its name. An engine that fails, fails alone.
  ///
  /// - Parameters:
  ///   - image: Its name or id; a name without a tag means `latest`. What goes by an id arrives
  ///     without a name.
  ///   - targets: The engines that shall have it.
  ///   - options: How long one of them may hold the others up.
  /// - Returns: What was sent to each, in the order of `targets`, or why it failed.
  /// - Throws: A ``DockerError`` if this engine fails: `notFound` if it has no such image. Then none
  ///   of the others has got it from here, but for those that had all of it.
  public func copyImage(
    _ image: String,
    to targets: [any DockerAPI],
    _ options: ImageCopyOptions = ImageCopyOptions()
  ) async throws -> [Result<ImageDelivery, any Error>] {
    let image = try await ImageToCopy(image, of: self)
    report("copying image \(image.name) to \(targets.count) engine\(targets.count == 1 ? "" : "s")")
    return try await ImageCopy(image, from: self, to: targets, options).run()
  }
}

/// How an image is copied to other engines.
public struct ImageCopyOptions: Sendable, Hashable {
  /// How long an engine may neither take what it is sent nor say anything before it is given up.
  public var patience: Duration = .seconds(120)

  /// The usual.
  public init() {}
}

/// What an engine was sent of an image.
public struct ImageDelivery: Sendable, Hashable {
  /// How many layers the image has.
  public var layerCount: Int
  /// How many of them the engine had, so that they were left out.
  public var layersLeftOut: Int
  /// How many bytes it was sent; none if it had the whole image.
  public var bytesSent: Int

  /// A delivery with these numbers.
  public init(layerCount: Int, layersLeftOut: Int, bytesSent: Int) {
    self.layerCount = layerCount
    self.layersLeftOut = layersLeftOut
    self.bytesSent = bytesSent
  }
}

extension ImageDelivery: CustomStringConvertible {
  /// The delivery for people: `12.3 MB sent, 3 of 4 layers were there`.
  public var description: String {
    guard bytesSent > 0 else { return "nothing sent, it was there" }
    return "\(Self.size(bytesSent)) sent, \(layersLeftOut) of \(layerCount) layers were there"
  }

  /// As Docker's own programs write sizes: a thousand is 1000.
  private static func size(_ bytes: Int) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"]
    var (value, unit) = (Double(bytes), 0)
    // What would be rounded to a thousand is one of the next unit.
    while value >= 999.95, unit < units.count - 1 { (value, unit) = (value / 1000, unit + 1) }
    if unit == 0 { return "\(bytes) B" }
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10) \(units[unit])"
  }
}
