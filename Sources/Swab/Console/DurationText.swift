extension Duration {
  /// The duration as people write it: `20 s`, `1.5 s`, `250 ms`.
  var inWords: String {
    let (seconds, fraction) = components
    let milliseconds = Int(fraction / 1_000_000_000_000_000)
    if seconds == 0 { return "\(milliseconds) ms" }
    let tenths = (milliseconds + 50) / 100
    if tenths == 10 { return "\(seconds + 1) s" }
    return tenths == 0 ? "\(seconds) s" : "\(seconds).\(tenths) s"
  }
}
