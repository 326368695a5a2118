import NIOCore

@testable import SwabDocker

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What reads bytes that others have made, and must take any of them without a crash.
///
/// Whatever comes out must also be the same however the bytes were cut into reads: each input is read
/// once as a whole, and once in pieces whose lengths its own bytes choose.
enum FuzzTarget: String, CaseIterable {
  case frames
  case json
  case tar
  case ignore

  func check(_ input: [UInt8]) {
    switch self {
    case .frames: FrameFuzzing.check(input)
    case .json: JSONFuzzing.check(input)
    case .tar: TarFuzzing.check(input)
    case .ignore: IgnoreFuzzing.check(input)
    }
  }
}

/// The reader under test, named by the variable SWAB_FUZZ_TARGET.
private let target: FuzzTarget = {
  let name = getenv("SWAB_FUZZ_TARGET").map { String(cString: $0) } ?? ""
  guard let target = FuzzTarget(rawValue: name) else {
    let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: ", ")
    fatalError("SWAB_FUZZ_TARGET is one of \(names)")
  }
  return target
}()

/// One input, as libFuzzer gives it.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  target.check(Array(UnsafeBufferPointer(start: start, count: count)))
  return 0
}

/// The words of a command line, as C has them.
private typealias Words = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<CInt>,
  _ words: UnsafeMutablePointer<Words>,
  _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// The main function: SwiftPM has executables begin at this name, so libFuzzer's own isn't used.
@_cdecl("SwabFuzz_main")
public func fuzzMain(
  _ count: CInt,
  _ words: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
) -> CInt {
  var (count, words) = (count, words)
  return runDriver(&count, &words, testOneInput)
}

extension [UInt8] {
  /// The bytes in pieces of 1 to 16, as the bytes themselves say.
  var pieces: [ByteBuffer] {
    var pieces: [ByteBuffer] = []
    var start = 0
    while start < count {
      let end = Swift.min(count, start + Int(self[start] & 15) + 1)
      pieces.append(ByteBuffer(bytes: self[start..<end]))
      start = end
    }
    return pieces
  }

  var whole: [ByteBuffer] { [ByteBuffer(bytes: self)] }
}
