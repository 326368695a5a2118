import NIOCore
import Testing

@testable import SwabDocker

@Suite("WebSocket frames")
struct WebSocketTests {
  private static func frame(_ first: UInt8, _ count: Int) -> [UInt8] {
    let length: [UInt8] =
      switch count {
      case ..<126: [UInt8(count)]
      case ..<65536: [126, UInt8(count >> 8), UInt8(count & 255)]
      default: [127, 0, 0, 0, 0] + [24, 16, 8, 0].map { UInt8(count >> $0 & 255) }
      }
    return [first] + length + [UInt8](repeating: 0x78, count: count)
  }

  private func decode(_ reads: [[UInt8]]) throws -> (data: Int, pings: [String], isClosed: Bool) {
    var decoder = WebSocketDecoder()
    var (data, pings, isClosed) = (0, [String](), false)
    for read in reads {
      decoder.append(ByteBuffer(bytes: read))
      while let frame = try decoder.next() {
        switch frame {
        case .data(let bytes): data += bytes.readableBytes
        case .ping(let bytes): pings.append(String(buffer: bytes))
        case .close: isClosed = true
        }
      }
    }
    try decoder.finish()
    return (data, pings, isClosed)
  }

  private static let recorded =
    frame(0x82, 5) + frame(0x89, 3) + frame(0x01, 125) + frame(0x00, 0) + frame(0x80, 300)
    + frame(0x8A, 0) + frame(0x88, 2)

  @Test("are the same cut at any byte", arguments: 0...WebSocketTests.recorded.count)
  func cuts(_ position: Int) throws {
    let all = Self.recorded
    let result = try decode([Array(all[..<position]), Array(all[position...])])
    #expect(result.data == 430)
    #expect(result.pings == ["xxx"])
    #expect(result.isClosed)
  }

  @Test("may be long, and are handed on as they come")
  func long() throws {
    var decoder = WebSocketDecoder()
    let frame = Self.frame(0x82, 1 << 17)
    decoder.append(ByteBuffer(bytes: frame[..<1000]))
    #expect(try decoder.next() == .data(ByteBuffer(repeating: 0x78, count: 990)))
    #expect(try decoder.next() == nil)
    #expect(throws: DockerError.self) { try decoder.finish() }
    #expect(try decode([frame]).data == 1 << 17)
  }

  @Test(
    "others are refused",
    arguments: [[0xC2, 0], [0x82, 0x80], [0x83, 0], [0x8B, 0], [0x89, 126], [0x48, 0x54]]
      as [[UInt8]]
  )
  func invalid(_ bytes: [UInt8]) {
    let error = #expect(throws: DockerError.self) { try decode([bytes]) }
    #expect(error?.code == .unexpectedReply)
  }

  @Test("are masked when they are sent", arguments: [0, 5, 125, 126, 65535, 65536, 100_000])
  func sent(_ count: Int) throws {
    var frame = ByteBuffer.webSocketFrame(2, ByteBuffer(repeating: 0x78, count: count))
    let first: UInt8? = frame.readInteger()
    #expect(first == 0x82)
    let second: UInt8? = frame.readInteger()
    let short = try #require(second)
    #expect(short & 0x80 != 0)
    let length: Int? =
      switch short & 0x7F {
      case 126: frame.readInteger(as: UInt16.self).map(Int.init)
      case 127: frame.readInteger(as: UInt64.self).map(Int.init)
      default: Int(short & 0x7F)
      }
    #expect(length == count)
    let (mask, bytes) = (frame.readBytes(length: 4) ?? [], frame.readBytes(length: count) ?? [])
    #expect(mask.count == 4 && bytes.count == count)
    #expect(bytes.enumerated().allSatisfy { $1 ^ mask[$0 % 4] == 0x78 })
    #expect(frame.readableBytes == 0)
  }
}
