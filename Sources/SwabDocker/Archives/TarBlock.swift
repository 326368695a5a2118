import NIOCore

/// A block of 512 bytes, in which the fields of a header have their places.
struct TarBlock: Sendable {
  static let size = 512

  enum Field {
    static let name = 0..<100
    static let mode = 100..<108
    static let uid = 108..<116
    static let gid = 116..<124
    static let size = 124..<136
    static let mtime = 136..<148
    static let checksum = 148..<156
    static let letter = 156
    static let linkName = 157..<257
    static let magic = 257..<265
    static let deviceMajor = 329..<337
    static let deviceMinor = 337..<345
    static let prefix = 345..<500
    /// The prefix in archives of star.
    static let starPrefix = 345..<476
    static let starTrailer = 508..<512
    /// Times of last access and change, where GNU has no prefix.
    static let gnuTimes = [345..<357, 357..<369]
    static let gnuSparseContinues = 482
    static let gnuRealSize = 483..<495
    /// The same in the blocks that go on with the map of a sparse file.
    static let mapContinues = 504
  }

  enum Format {
    case old, posix, star, gnu
  }

  var bytes: [UInt8]

  init() {
    bytes = Array(repeating: 0, count: Self.size)
  }

  /// The block that stands at that place, if it is all there.
  init?(_ buffer: ByteBuffer, at index: Int) {
    guard let bytes = buffer.getBytes(at: index, length: Self.size) else { return nil }
    self.bytes = bytes
  }

  /// How many bytes must follow that many, so that the next block begins.
  static func padding(after count: Int) -> Int {
    (size - count % size) % size
  }

  var isZero: Bool {
    bytes.allSatisfy { $0 == 0 }
  }

  var format: Format {
    let magic = bytes[Field.magic]
    if magic.elementsEqual("ustar  \0".utf8) { return .gnu }
    guard magic.prefix(6).elementsEqual("ustar\0".utf8) else { return .old }
    return bytes[Field.starTrailer].elementsEqual("tar\0".utf8) ? .star : .posix
  }

  /// What stands in a field, up to the first zero.
  func text(_ field: Range<Int>) -> [UInt8] {
    Array(bytes[field].prefix { $0 != 0 })
  }

  mutating func set(_ field: Range<Int>, _ text: some Collection<UInt8>) {
    bytes.replaceSubrange(field.lowerBound..<(field.lowerBound + text.count), with: text)
  }
}

// MARK: - Numbers

extension TarBlock {
  /// The number in a field, in octal digits or in base 256; nothing if it is none.
  func number(_ field: Range<Int>) -> Int? {
    let digits = bytes[field]
    if let first = digits.first, first & 0x80 != 0 { return Self.binary(digits) }
    let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0 }
    guard let end = digits.lastIndex(where: { !isBlank($0) }) else { return 0 }
    let text = digits[...end].drop(while: isBlank).prefix { $0 != 0 }
    var value = 0
    for digit in text {
      guard (0x30...0x37).contains(digit) else { return nil }
      value = value << 3 | Int(digit - 0x30)
    }
    return value
  }

  /// A number in two's complement, but for the topmost bit, which marks it.
  private static func binary(_ digits: ArraySlice<UInt8>) -> Int? {
    let isNegative = (digits.first ?? 0) & 0x40 != 0
    var value: UInt64 = 0
    for (index, digit) in digits.enumerated() {
      let inverted = isNegative ? ~digit : digit
      guard value >> 56 == 0 else { return nil }
      value = value << 8 | UInt64(index == 0 ? inverted & 0x7F : inverted)
    }
    guard let magnitude = Int(exactly: value) else { return nil }
    return isNegative ? ~magnitude : magnitude
  }

  /// Whether a field has room for the number in octal.
  static func fits(_ value: Int, _ field: Range<Int>) -> Bool {
    value >= 0 && value >> ((field.count - 1) * 3) == 0
  }

  /// Writes a number in octal, and 0 for one that the field has no room for.
  mutating func set(_ field: Range<Int>, number value: Int) {
    let digits = String(Self.fits(value, field) ? value : 0, radix: 8)
    set(field, (String(repeating: "0", count: field.count - 1 - digits.count) + digits).utf8)
  }
}

// MARK: - Checksum

extension TarBlock {
  /// Some old programs have added the bytes up with signs.
  var hasRightChecksum: Bool {
    guard let checksum = number(Field.checksum) else { return false }
    return checksum == sum { Int($0) } || checksum == sum { Int(Int8(bitPattern: $0)) }
  }

  mutating func setChecksum() {
    let digits = String(sum { Int($0) }, radix: 8)
    set(
      Field.checksum,
      (String(repeating: "0", count: 6 - digits.count) + digits + "\u{0} ").utf8
    )
  }

  /// The field of the sum itself counts as spaces.
  private func sum(_ value: (UInt8) -> Int) -> Int {
    var sum = Field.checksum.count * 0x20
    for index in bytes.indices where !Field.checksum.contains(index) { sum += value(bytes[index]) }
    return sum
  }
}
