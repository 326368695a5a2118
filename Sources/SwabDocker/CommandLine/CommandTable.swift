/// A table as the docker command prints it: each column begins where its title does.
struct CommandTable {
  /// The titles.
  private(set) var titles: [String] = []
  /// The cells of each row.
  private(set) var rows: [[String]] = []

  /// Reads a table, the last column of which may hold anything.
  init(_ text: String) {
    let lines = text.split(whereSeparator: \.isNewline).map { Array($0.unicodeScalars) }
    guard let header = lines.first else { return }
    let starts = Self.starts(in: header)
    titles = Self.cells(of: header, at: starts)
    rows = lines.dropFirst().map { Self.cells(of: $0, at: starts) }
  }

  /// The table as the engine tells of the processes in a container.
  var processes: JSONValue {
    ["Titles": .texts(titles), "Processes": .array(rows.map { .texts($0) })]
  }

  /// Between two columns are three blanks at least, and within a title one at most.
  private static func starts(in header: [Unicode.Scalar]) -> [Int] {
    header.indices.filter { index in
      header[index] != " "
        && (index == 0 || header[max(0, index - 2)..<index].allSatisfy { $0 == " " })
    }
  }

  private static func cells(of line: [Unicode.Scalar], at starts: [Int]) -> [String] {
    starts.enumerated().map { number, start in
      let end = number + 1 < starts.count ? min(starts[number + 1], line.count) : line.count
      guard start < end else { return "" }
      var text = String.UnicodeScalarView()
      text.append(contentsOf: line[start..<end])
      return String(text).trimmingWhiteSpace()
    }
  }
}
