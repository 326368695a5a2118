/// Sizes as the docker command prints them for people, such as `1.98MB`.
enum HumanSize {
  /// The bytes that are meant, as far as the text tells; 0 for what is no size.
  static func bytes(_ text: some StringProtocol) -> Int {
    let number = text.prefix { $0.isNumber || $0 == "." }
    let unit = text[number.endIndex...].prefix { $0.isLetter }
    let powers = ["B": 0, "kB": 1, "KB": 1, "MB": 2, "GB": 3, "TB": 4, "PB": 5]
    guard let value = Double(String(number)), let power = powers[String(unit)] else { return 0 }
    let bytes = (0..<power).reduce(value) { value, _ in value * 1000 }
    return bytes < 9e18 ? Int(bytes.rounded()) : 0
  }
}
