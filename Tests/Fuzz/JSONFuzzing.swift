import NIOCore

@testable import SwabDocker

enum JSONFuzzing {
  static func check(_ input: [UInt8]) {
    let whole = read(input.whole)
    let cut = read(input.pieces)
    precondition(whole == cut, "the values depend on how the bytes are cut")
    for value in whole.values {
      // What was read is written so that it reads the same.
      let again = try? JSONValue(parsing: value.encoded)
      precondition(again == value, "a value changes when it is written and read")
    }
  }

  private struct Outcome: Equatable {
    var values: [JSONValue] = []
    var error: DockerError.Code?
  }

  private static func read(_ pieces: [ByteBuffer]) -> Outcome {
    var splitter = JSONStreamSplitter(limit: 4096)
    var outcome = Outcome()
    do {
      for piece in pieces {
        splitter.append(piece)
        while let value = try splitter.next() { outcome.values.append(value) }
      }
      if let value = try splitter.finish() { outcome.values.append(value) }
    } catch {
      outcome.error = error.code
    }
    return outcome
  }
}
