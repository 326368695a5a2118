import NIOCore

@testable import SwabDocker

enum FrameFuzzing {
  static func check(_ input: [UInt8]) {
    for isRaw in [false, true] {
      let whole = read(input.whole, isRaw: isRaw)
      let cut = read(input.pieces, isRaw: isRaw)
      precondition(whole == cut, "the frames depend on how the bytes are cut")
      if isRaw { precondition(whole.stdout == input, "bytes of a terminal are lost") }
    }
  }

  private struct Outcome: Equatable {
    var stdout: [UInt8] = []
    var stderr: [UInt8] = []
    var error: String?
  }

  private static func read(_ pieces: [ByteBuffer], isRaw: Bool) -> Outcome {
    var decoder = LogFrameDecoder(isRaw: isRaw)
    var outcome = Outcome()
    do {
      for piece in pieces {
        decoder.append(piece)
        while let frame = try decoder.next() {
          precondition(!frame.bytes.isEmpty, "a frame without bytes was handed on")
          switch frame.stream {
          case .standardOutput: outcome.stdout += frame.bytes
          case .standardError: outcome.stderr += frame.bytes
          }
        }
      }
      try decoder.finish()
    } catch {
      outcome.error = "\(error)"
    }
    return outcome
  }
}
