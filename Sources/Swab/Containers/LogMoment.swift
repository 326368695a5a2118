#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The moments that `swab logs --since` takes, in docker's forms.
enum LogMoment {
  /// Reads `10m`, `1h30m`, `1795465344.5`, `2026-01-31`, `2026-01-31T12:00:00` in the zone of this
  /// machine, and the same with `Z` or `+02:00`.
  ///
  /// - Throws: ``UsageError`` if it is none of these.
  static func read(
    _ text: String,
    flag: String,
    now: DockerDate
  ) throws(UsageError) -> DockerDate {
    if let seconds = Double(text), seconds >= 0, seconds < 1e11 {
      return DockerDate(secondsSince1970: seconds)
    }
    if let date = DockerDate(text) ?? local(text) { return date }
    if let span = span(text) {
      return DockerDate(secondsSince1970: now.secondsSince1970 - span)
    }
    throw UsageError(
      "\(flag): '\(text)' is no moment",
      hint: "10m and 1h30m are before now; 2026-01-31T12:00:00Z and 1795465344 are moments"
    )
  }

  /// The seconds of a span such as `1h30m`.
  private static func span(_ text: String) -> Double? {
    let units: [(name: String, seconds: Double)] = [
      ("ms", 1e-3), ("us", 1e-6), ("µs", 1e-6), ("ns", 1e-9), ("h", 3600), ("m", 60), ("s", 1),
    ]
    var (rest, sum) = (text[...], 0.0)
    repeat {
      let digits = rest.prefix { "0123456789.".contains($0) }
      rest = rest.dropFirst(digits.count)
      guard let number = Double(digits), let unit = units.first(where: { rest.hasPrefix($0.name) })
      else { return nil }
      sum += number * unit.seconds
      rest = rest.dropFirst(unit.name.count)
    } while !rest.isEmpty
    return sum
  }

  /// A date, or a date and a time, in the zone of this machine.
  private static func local(_ text: String) -> DockerDate? {
    let parts = text.split(separator: "T", omittingEmptySubsequences: false)
    let (date, clock) = (numbers(parts[0], "-"), numbers(parts.count > 1 ? parts[1] : "00:00", ":"))
    guard let date, let clock, date.count == 3, 2...3 ~= clock.count, parts.count <= 2,
      1...12 ~= date[1], 1...31 ~= date[2], clock[0] < 24, clock[1] < 60
    else { return nil }
    var time = tm()
    time.tm_year = Int32(date[0] - 1900)
    time.tm_mon = Int32(date[1] - 1)
    time.tm_mday = Int32(date[2])
    time.tm_hour = Int32(clock[0])
    time.tm_min = Int32(clock[1])
    time.tm_sec = Int32(clock.count > 2 ? min(clock[2], 60) : 0)
    // The C library decides whether there is summer time then.
    time.tm_isdst = -1
    return DockerDate(seconds: mktime(&time))
  }

  /// `2026-01-31` as numbers of at most four digits.
  private static func numbers(_ text: Substring, _ separator: Character) -> [Int]? {
    let parts = text.split(separator: separator, omittingEmptySubsequences: false)
    guard parts.allSatisfy({ 1...4 ~= $0.count && $0.allSatisfy(\.isNumber) }) else { return nil }
    return parts.compactMap { Int($0) }
  }
}

extension DockerDate {
  /// This moment.
  static var now: DockerDate {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return DockerDate(seconds: time.tv_sec, nanoseconds: time.tv_nsec)
  }

  /// The moment with all nine digits of its fraction, as logs have it, so that lines stand in columns.
  var inFull: String {
    let text = "\(DockerDate(seconds: seconds))".dropLast()
    let digits = String(nanoseconds)
    return "\(text).\(String(repeating: "0", count: 9 - digits.count))\(digits)Z"
  }
}
