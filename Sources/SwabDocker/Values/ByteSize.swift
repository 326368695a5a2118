/// A number of bytes, as in `512m`.
public struct ByteSize: Sendable, Hashable {
  /// The number; -1 where it stands for "no limit".
  public var bytes: Int

  /// That many bytes.
  public init(bytes: Int) {
    self.bytes = bytes
  }

  /// Reads a number with a unit: b, k, m or g, in either case, or kb, mb and gb.
  ///
  /// A thousand is 1024 here.
  ///
  /// - Parameter text: For example `100`, `512m`, `1.5k` or `2GB`; nothing is 0.
  /// - Throws: A ``DockerError`` with code `invalidArgument` for anything else, such as `1t`.
  public init(parsing text: String) throws {
    let number = text.prefix { "0123456789.-".contains($0) }
    guard let factor = Self.units[text.dropFirst(number.count).lowercased()] else {
      throw Self.failure(text)
    }
    if text.isEmpty {
      bytes = 0
    } else if let whole = Int(number) {
      let (product, overflows) = whole.multipliedReportingOverflow(by: factor)
      // Nothing but -1 itself stands for something else than a number of bytes.
      guard !overflows, whole >= 0 || text == "-1" else { throw Self.failure(text) }
      bytes = product
    } else {
      bytes = try Self.fraction(number, factor, in: text)
    }
  }

  private static let units = [
    "": 1, "b": 1, "k": 1 << 10, "kb": 1 << 10, "m": 1 << 20, "mb": 1 << 20, "g": 1 << 30,
    "gb": 1 << 30,
  ]

  private static func fraction(_ number: Substring, _ factor: Int, in text: String) throws -> Int {
    guard
      let value = Double(number), number.first != ".", number.last != ".", value >= 0,
      let bytes = Int(exactly: (value * Double(factor)).rounded(.down))
    else { throw failure(text) }
    return bytes
  }

  private static func failure(_ text: String) -> DockerError {
    .invalidArgument("'\(text)' is no size such as 1024, 512m or 1.5g; units are b, k, m and g")
  }
}
