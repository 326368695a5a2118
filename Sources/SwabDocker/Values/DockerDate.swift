/// A moment as the engine writes it, to the nanosecond.
///
/// A value of our own: Foundation's `Date` holds a `Double`, which rounds the nanoseconds that logs
/// are asked for by, and would make every program that lists containers load Foundation.
public struct DockerDate: Sendable, Hashable {
  /// Whole seconds since the start of 1970 in UTC.
  public var seconds: Int
  /// Nanoseconds after that, below 1 000 000 000.
  public var nanoseconds: Int

  /// The moment so many seconds and nanoseconds after the start of 1970 in UTC.
  public init(seconds: Int, nanoseconds: Int = 0) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  /// The moment so many seconds after the start of 1970 in UTC.
  public init(secondsSince1970: Double) {
    let whole = secondsSince1970.rounded(.down)
    seconds = Int(whole)
    nanoseconds = min(999_999_999, Int((secondsSince1970 - whole) * 1e9))
  }

  /// Seconds since the start of 1970 in UTC, as Foundation's `Date(timeIntervalSince1970:)` takes.
  public var secondsSince1970: Double {
    Double(seconds) + Double(nanoseconds) / 1e9
  }
}

extension DockerDate: Comparable {
  /// Whether the left moment is before the right one.
  public static func < (left: DockerDate, right: DockerDate) -> Bool {
    (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
  }
}

extension DockerDate: CustomStringConvertible {
  /// The moment in RFC 3339, in UTC.
  public var description: String {
    let (days, second) = seconds.flooredQuotientAndRemainder(by: 86_400)
    let (year, month, day) = Self.civil(from: days)
    let time = [second / 3600, second / 60 % 60, second % 60].map { Self.padded($0, to: 2) }
    let date = [Self.padded(year, to: 4), Self.padded(month, to: 2), Self.padded(day, to: 2)]
    var text = date.joined(separator: "-") + "T" + time.joined(separator: ":")
    if nanoseconds > 0 { text += "." + fraction }
    return text + "Z"
  }

  /// The form that the query parameters `since` and `until` take: `1795465344.745000000`.
  var queryValue: String {
    nanoseconds == 0 ? String(seconds) : "\(seconds)." + Self.padded(nanoseconds, to: 9)
  }

  /// The nanoseconds without the zeros at their end, as Go writes them.
  private var fraction: String {
    var digits = Self.padded(nanoseconds, to: 9)
    while digits.last == "0" { digits.removeLast() }
    return digits
  }

  private static func padded(_ number: Int, to width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  /// The calendar date of a day counted from 1970-01-01, by Howard Hinnant's algorithm.
  private static func civil(from days: Int) -> (year: Int, month: Int, day: Int) {
    let (era, dayOfEra) = (days + 719_468).flooredQuotientAndRemainder(by: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * shifted + 2) / 5 + 1)
  }
}

extension Int {
  fileprivate func flooredQuotientAndRemainder(by divisor: Int) -> (Int, Int) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}

// MARK: - Reading

extension DockerDate {
  /// Reads a moment in RFC 3339, with 0 to 9 digits of a second's fraction.
  ///
  /// Nothing comes of the zero date `0001-01-01T00:00:00Z`, by which the engine says "never".
  ///
  /// - Parameter text: `2026-11-23T20:22:26.745046977Z`, or with an offset such as `+02:00`.
  public init?(_ text: String) {
    var reader = Reader(text: Array(text.utf8))
    guard
      let year = reader.number(4), reader.skip("-"),
      let month = reader.number(2), reader.skip("-"),
      let day = reader.number(2), reader.skip("T") || reader.skip("t"),
      let hour = reader.number(2), reader.skip(":"),
      let minute = reader.number(2), reader.skip(":"),
      let second = reader.number(2),
      let nanoseconds = reader.fraction(), let offset = reader.offset(), reader.isAtEnd,
      Self.isValid(year, month, day), hour < 24, minute < 60, second <= 60
    else { return nil }
    let time = hour * 3600 + minute * 60 + second
    self.init(
      seconds: Self.days(year, month, day) * 86_400 + time - offset,
      nanoseconds: nanoseconds
    )
    if self == Self.zero { return nil }
  }

  private static let zero = DockerDate(seconds: -62_135_596_800)

  private static func isValid(_ year: Int, _ month: Int, _ day: Int) -> Bool {
    guard (1...12).contains(month), day >= 1 else { return false }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return day <= lengths[month - 1]
  }

  /// The days from 1970-01-01 to a calendar date.
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = shifted.flooredQuotientAndRemainder(by: 400)
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  private struct Reader {
    let text: [UInt8]
    var index = 0

    var isAtEnd: Bool { index == text.count }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
      guard index < text.count, text[index] == UInt8(ascii: character) else { return false }
      index += 1
      return true
    }

    mutating func digit() -> Int? {
      guard index < text.count, (0x30...0x39).contains(text[index]) else { return nil }
      index += 1
      return Int(text[index - 1] - 0x30)
    }

    mutating func number(_ width: Int) -> Int? {
      var value = 0
      for _ in 0..<width {
        guard let digit = digit() else { return nil }
        value = value * 10 + digit
      }
      return value
    }

    mutating func fraction() -> Int? {
      guard skip(".") else { return 0 }
      var (value, width) = (0, 0)
      while let digit = digit() {
        guard width < 9 else { return nil }
        value = value * 10 + digit
        width += 1
      }
      guard width > 0 else { return nil }
      while width < 9 {
        value *= 10
        width += 1
      }
      return value
    }

    /// Seconds east of Greenwich.
    mutating func offset() -> Int? {
      if skip("Z") || skip("z") { return 0 }
      let sign = skip("+") ? 1 : skip("-") ? -1 : 0
      guard
        sign != 0, let hours = number(2), skip(":"), let minutes = number(2), hours < 24,
        minutes < 60
      else { return nil }
      return sign * (hours * 3600 + minutes * 60)
    }
  }
}
