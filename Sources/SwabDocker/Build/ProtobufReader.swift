/// Reads the fields of a message in the wire format of Protocol Buffers.
///
/// It knows the format and no message. What is broken ends it, as if there were no more.
struct ProtobufReader {
  enum Value {
    case number(UInt64)
    case bytes(ArraySlice<UInt8>)
  }

  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) {
    rest = bytes
  }

  /// The next field, with its number in the message.
  mutating func next() -> (field: UInt64, value: Value)? {
    guard let key = number() else { return nil }
    switch key & 7 {
    case 0: return number().map { (key >> 3, .number($0)) }
    case 1: return fixed(8).map { (key >> 3, .number($0)) }
    case 2:
      guard let count = number(), count <= UInt64(rest.count) else { return nil }
      let bytes = rest.prefix(Int(count))
      rest = rest.dropFirst(Int(count))
      return (key >> 3, .bytes(bytes))
    case 5: return fixed(4).map { (key >> 3, .number($0)) }
    default: return nil
    }
  }

  private mutating func number() -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard let byte = rest.popFirst() else { return nil }
      value |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return value }
    }
    return nil
  }

  private mutating func fixed(_ count: Int) -> UInt64? {
    guard rest.count >= count else { return nil }
    let value = rest.prefix(count).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    rest = rest.dropFirst(count)
    return value
  }
}

extension ProtobufReader.Value {
  var bytes: ArraySlice<UInt8> {
    guard case .bytes(let bytes) = self else { return [] }
    return bytes
  }

  var text: String { String(decoding: bytes, as: UTF8.self) }

  var isTrue: Bool {
    guard case .number(let number) = self else { return false }
    return number != 0
  }

  var message: ProtobufReader { ProtobufReader(bytes) }
}
