/// Finds what a person may have meant by a misspelt name.
public enum NearestName {
  /// The candidate that a misspelt name most likely means, or nil if none is close.
  ///
  /// - Parameters:
  ///   - name: The name as it was written.
  ///   - candidates: The names that would have been right; of equally near ones the first wins.
  ///   - limit: How many letters may differ; a third of them, if nothing is said.
  /// - Returns: The nearest candidate.
  public static func nearest(
    to name: String,
    among candidates: some Sequence<String>,
    limit: Int? = nil
  ) -> String? {
    let word = Array(name.lowercased())
    var limit = limit ?? max(1, word.count / 3)
    var nearest: String?
    for candidate in candidates where candidate != name {
      let distance = distance(word, Array(candidate.lowercased()), limit: limit)
      guard let distance, distance < limit || nearest == nil else { continue }
      nearest = candidate
      limit = distance
    }
    return nearest
  }

  /// `did you mean …?`, if there is a near name.
  ///
  /// - Parameters:
  ///   - name: The name as it was written.
  ///   - candidates: The names that would have been right.
  ///   - prefix: What is written before a name, such as `--`.
  /// - Returns: The question, without `hint:`.
  public static func hint(
    for name: String,
    among candidates: some Sequence<String>,
    prefix: String = ""
  ) -> String? {
    nearest(to: name, among: candidates).map { "did you mean \(prefix)\($0)?" }
  }

  /// How many letters are to be added, removed, replaced or swapped with their neighbour, if no more
  /// than `limit`.
  private static func distance(
    _ first: [Character],
    _ second: [Character],
    limit: Int
  ) -> Int? {
    guard abs(first.count - second.count) <= limit else { return nil }
    var beforeLast: [Int] = []
    var last = Array(0...second.count)
    for (row, letter) in first.enumerated() {
      var current = [row + 1]
      for (column, other) in second.enumerated() {
        var best = min(last[column + 1], current[column]) + 1
        best = min(best, last[column] + (letter == other ? 0 : 1))
        let swapped =
          row > 0 && column > 0 && letter == second[column - 1] && first[row - 1] == other
        if swapped { best = min(best, beforeLast[column - 1] + 1) }
        current.append(best)
      }
      guard (current.min() ?? 0) <= limit else { return nil }
      (beforeLast, last) = (last, current)
    }
    return last[second.count] <= limit ? last[second.count] : nil
  }
}
