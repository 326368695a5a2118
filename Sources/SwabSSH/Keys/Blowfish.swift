/// Blowfish's state, as bcrypt drives it: libcrypto offers no way to salt the key schedule.
///
/// Owned memory and unchecked subscripts, because deriving one key runs through it some thirty
/// million times.
struct Blowfish: ~Copyable {
  /// 18 words of P, then four S boxes of 256 words.
  private let words: UnsafeMutablePointer<UInt32>

  init() {
    words = .allocate(capacity: PiDigits.wordCount)
    reset()
  }

  deinit { words.deallocate() }

  /// Back to the initial state, which is the fraction of pi.
  func reset() {
    PiDigits.words.withUnsafeBufferPointer { digits in
      for index in 0..<PiDigits.wordCount { words[index] = digits[index] }
    }
  }

  /// Mixes a key into the state, and a salt if there is one; 16 words each.
  func expand(key: [UInt32], salt: [UInt32]? = nil) {
    for index in 0..<18 { words[index] ^= key[index & 15] }
    var (left, right) = (UInt32(0), UInt32(0))
    for index in stride(from: 0, to: PiDigits.wordCount, by: 2) {
      if let salt {
        left ^= salt[index & 15]
        right ^= salt[(index + 1) & 15]
      }
      encipher(&left, &right)
      words[index] = left
      words[index + 1] = right
    }
  }

  @inline(__always)
  func encipher(_ left: inout UInt32, _ right: inout UInt32) {
    let words = words
    let boxes = words + 18
    var (l, r) = (left ^ words[0], right)
    var round = 1
    while round < 17 {
      r ^= Self.mix(l, boxes) ^ words[round]
      l ^= Self.mix(r, boxes) ^ words[round + 1]
      round += 2
    }
    left = r ^ words[17]
    right = l
  }

  @inline(__always)
  private static func mix(_ x: UInt32, _ boxes: UnsafeMutablePointer<UInt32>) -> UInt32 {
    let sum = boxes[Int(x >> 24)] &+ boxes[256 + Int(x >> 16 & 255)]
    return (sum ^ boxes[512 + Int(x >> 8 & 255)]) &+ boxes[768 + Int(x & 255)]
  }
}

/// The first bits of pi's fraction, which Blowfish starts from.
///
/// Computed once, when the first encrypted key is opened, by Machin's formula
/// pi = 16 arctan(1/5) - 4 arctan(1/239): less to get wrong than a table of a thousand numbers.
enum PiDigits {
  static let wordCount = 18 + 4 * 256

  static let words: [UInt32] = {
    let pi = Fixed.arctangent(ofInverse: 5, times: 16) - Fixed.arctangent(ofInverse: 239, times: 4)
    return pi.limbs[1...].flatMap { [UInt32($0 >> 32), UInt32(truncatingIfNeeded: $0)] }
      .prefix(wordCount).map { $0 }
  }()

  /// A fixed-point number: one limb before the point, the rest after it, highest first.
  private struct Fixed {
    /// Two limbs more than asked for take up the rounding of some thousand divisions.
    static let count = 1 + wordCount / 2 + 2
    var limbs = [UInt64](repeating: 0, count: count)

    /// factor × (1/x - 1/3x³ + 1/5x⁵ - …).
    static func arctangent(ofInverse x: UInt64, times factor: UInt64) -> Fixed {
      var power = Fixed()
      power.limbs[0] = factor
      power.divide(by: x)
      var sum = power
      var divisor: UInt64 = 1
      var start = 0
      while true {
        power.divide(by: x * x, from: start)
        while start < count, power.limbs[start] == 0 { start += 1 }
        guard start < count else { return sum }
        divisor += 2
        var term = power
        term.divide(by: divisor, from: start)
        sum = divisor & 2 == 0 ? sum + term : sum - term
      }
    }

    mutating func divide(by divisor: UInt64, from start: Int = 0) {
      var remainder: UInt64 = 0
      for index in start..<Self.count {
        (limbs[index], remainder) = divisor.dividingFullWidth((remainder, limbs[index]))
      }
    }

    static func + (left: Fixed, right: Fixed) -> Fixed {
      var (sum, carry) = (left, UInt64(0))
      for index in (0..<count).reversed() {
        let (first, over) = left.limbs[index].addingReportingOverflow(right.limbs[index])
        let (second, overAgain) = first.addingReportingOverflow(carry)
        sum.limbs[index] = second
        carry = over || overAgain ? 1 : 0
      }
      return sum
    }

    static func - (left: Fixed, right: Fixed) -> Fixed {
      var (difference, borrow) = (left, UInt64(0))
      for index in (0..<count).reversed() {
        let (first, under) = left.limbs[index].subtractingReportingOverflow(right.limbs[index])
        let (second, underAgain) = first.subtractingReportingOverflow(borrow)
        difference.limbs[index] = second
        borrow = under || underAgain ? 1 : 0
      }
      return difference
    }
  }
}
