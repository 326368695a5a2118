import NIOCore

@testable import SwabDocker

enum TarFuzzing {
  static func check(_ input: [UInt8]) {
    let whole = read(input.whole)
    let cut = read(input.pieces)
    precondition(whole == cut, "the entries depend on how the bytes are cut")
    // A filter that leaves nothing out must pass every byte on.
    let count = whole.passed.readableBytes
    precondition(
      count <= input.count && whole.passed == ByteBuffer(bytes: input[..<count]),
      "bytes are passed on that were not there"
    )
  }

  private struct Outcome: Equatable {
    var paths: [String] = []
    var passed = ByteBuffer()
    var error: DockerError.Code?
  }

  private static func read(_ pieces: [ByteBuffer]) -> Outcome {
    var reader = TarReader()
    var outcome = Outcome()
    do {
      for piece in pieces {
        reader.append(piece)
        while let event = try reader.next() {
          switch event {
          case .entry(let entry, let header):
            outcome.paths.append(entry.path)
            outcome.passed.writeImmutableBuffer(header)
          case .data(let bytes): outcome.passed.writeImmutableBuffer(bytes)
          case .endOfEntry(let padding): outcome.passed.writeImmutableBuffer(padding)
          case .end: return outcome
          }
        }
      }
      try reader.finish()
    } catch {
      outcome.error = (error as? DockerError)?.code
    }
    return outcome
  }
}
