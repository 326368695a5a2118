/// Reads the fields of SSH's wire format (RFC 4251 §5) one after the other.
///
/// Every read answers `nil` once the bytes don't suffice, so that a truncated or hostile message is
/// a plain failure of the guard that asked.
struct SSHWireReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: some Sequence<UInt8>) { rest = Array(bytes)[...] }

  /// What has not been read yet.
  var remaining: [UInt8] { Array(rest) }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func byte() -> UInt8? { rest.popFirst() }

  mutating func bytes(_ count: Int) -> [UInt8]? {
    guard count >= 0, count <= rest.count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return Array(rest.prefix(count))
  }

  mutating func uint32() -> UInt32? {
    bytes(4)?.reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// A `string`: a length and as many bytes.
  mutating func string() -> [UInt8]? {
    guard let count = uint32() else { return nil }
    return bytes(Int(count))
  }

  /// A `string` that holds text.
  mutating func text() -> String? {
    string().map { String(decoding: $0, as: UTF8.self) }
  }

  /// A non-negative `mpint`, as its big-endian magnitude without leading zeros.
  mutating func magnitude() -> [UInt8]? {
    guard let bytes = string(), bytes.first.map({ $0 < 0x80 }) ?? true else { return nil }
    return Array(bytes.drop { $0 == 0 })
  }
}

/// Writes the fields of SSH's wire format (RFC 4251 §5).
struct SSHWireWriter {
  private(set) var bytes: [UInt8] = []

  mutating func write(byte: UInt8) { bytes.append(byte) }

  mutating func write(uint32 value: UInt32) {
    for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: value >> UInt32(shift))) }
  }

  mutating func write(string value: some Collection<UInt8>) {
    write(uint32: UInt32(value.count))
    bytes.append(contentsOf: value)
  }

  mutating func write(text: String) { write(string: Array(text.utf8)) }

  /// An `mpint` from a big-endian magnitude, which gets a zero in front where its top bit is set.
  mutating func write(magnitude: [UInt8]) {
    let trimmed = Array(magnitude.drop { $0 == 0 })
    write(string: (trimmed.first.map { $0 >= 0x80 } ?? false) ? [0] + trimmed : trimmed)
  }
}
