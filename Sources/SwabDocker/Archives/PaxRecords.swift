/// What an extended header (POSIX 2001) says in place of the fields of the header after it.
struct PaxRecords: Sendable {
  private(set) var values: [(key: String, value: [UInt8])] = []

  /// No records.
  init() {}

  /// The records of an extended header's data: `length key=value`, and the end of a line.
  ///
  /// - Throws: A ``DockerError`` with code `invalidArchive`.
  init(parsing data: [UInt8]) throws {
    var rest = data[...]
    while !rest.isEmpty {
      let (record, length) = try Self.record(rest)
      values.append(record)
      rest = rest.dropFirst(length)
    }
  }

  private static func record(
    _ bytes: ArraySlice<UInt8>
  ) throws -> (record: (key: String, value: [UInt8]), length: Int) {
    let digits = bytes.prefix(20).prefix { (0x30...0x39).contains($0) }
    guard
      let length = Int(String(decoding: digits, as: UTF8.self)), length <= bytes.count,
      length > digits.count + 1, bytes[digits.endIndex] == 0x20,
      bytes[bytes.startIndex + length - 1] == 0x0A
    else { throw DockerError.invalidArchive("an extended header is broken") }
    let text = bytes[(digits.endIndex + 1)..<(bytes.startIndex + length - 1)]
    guard let sign = text.firstIndex(of: UInt8(ascii: "=")), sign > text.startIndex else {
      throw DockerError.invalidArchive("an extended header is broken")
    }
    let key = String(decoding: text[..<sign], as: UTF8.self)
    let value = Array(text[text.index(after: sign)...])
    guard !value.contains(0) || !["path", "linkpath"].contains(key) else {
      throw DockerError.invalidArchive("an extended header has a zero in a path")
    }
    return ((key, value), length)
  }

  /// The last value of that key; an empty one says that the header's own field counts.
  subscript(key: String) -> [UInt8]? {
    values.last { $0.key == key }.flatMap { $0.value.isEmpty ? nil : $0.value }
  }

  /// The whole number of that key.
  ///
  /// - Throws: A ``DockerError`` with code `invalidArchive` if its value is none.
  func number(_ key: String) throws -> Int? {
    guard let text = self[key] else { return nil }
    guard let value = Int(String(decoding: text, as: UTF8.self)) else {
      throw DockerError.invalidArchive("an extended header has no number as its \(key)")
    }
    return value
  }

  /// The time of that key, rounded down to seconds.
  ///
  /// - Throws: A ``DockerError`` with code `invalidArchive` if its value is none.
  func seconds(_ key: String) throws -> Int? {
    guard let text = self[key] else { return nil }
    let sides = text.split(separator: UInt8(ascii: "."), maxSplits: 1)
    guard
      let whole = sides.first, let value = Int(String(decoding: whole, as: UTF8.self)),
      value > Int.min
    else { throw DockerError.invalidArchive("an extended header has no time as its \(key)") }
    let hasFraction = sides.count > 1 && sides[1].contains { $0 != 0x30 }
    return hasFraction && text.first == UInt8(ascii: "-") ? value - 1 : value
  }

  mutating func set(_ key: String, _ value: some Sequence<UInt8>) {
    values.append((key, Array(value)))
  }

  mutating func set(_ key: String, _ number: Int) {
    set(key, String(number).utf8)
  }

  /// The records as they stand in an archive.
  var encoded: [UInt8] {
    values.flatMap { record in
      let text = Array(" \(record.key)=".utf8) + record.value + [0x0A]
      // The length counts its own digits.
      var length = text.count + 1
      while text.count + String(length).utf8.count > length { length += 1 }
      return Array(String(length).utf8) + text
    }
  }
}
