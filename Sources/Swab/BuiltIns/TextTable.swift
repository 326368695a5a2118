/// A table as Docker-Fabric prints it: an empty line, the header, the rows; columns are as wide as
/// their widest cell, with two spaces between.
///
/// A cell with several lines makes its row as high. On a terminal that is too narrow, cells of
/// columns that may be wrapped go on in the next line, so that nothing is lost.
struct TextTable: Sendable, Equatable {
  struct Column: Sendable, Equatable {
    var title: String
    var mayWrap = false
  }

  typealias Cell = [String]

  var columns: [Column]
  private(set) var rows: [[Cell]] = []

  /// Columns that are wrapped keep so many characters.
  private static let narrowest = 8
  private static let gap = "  "

  init(_ columns: [Column]) { self.columns = columns }

  /// Adds a row; what a host said may hold characters that a terminal would act on.
  mutating func add(_ cells: [Cell]) {
    rows.append(cells.map { $0.map(TerminalText.safe) })
  }

  /// The table's lines.
  ///
  /// - Parameter width: What fits into a line; nil if everything does.
  /// - Returns: The lines, without spaces at their ends.
  func lines(fitting width: Int?) -> [String] {
    let widths = widths(fitting: width)
    var lines = [""]
    lines += self.lines(of: columns.map { [$0.title] }, widths)
    for row in rows { lines += self.lines(of: row, widths) }
    return lines
  }

  private func lines(of row: [Cell], _ widths: [Int]) -> [String] {
    let cells = zip(row, widths).map { cell, width in
      cell.flatMap { Self.pieces(of: $0, width) }
    }
    let height = max(1, cells.map(\.count).max() ?? 1)
    return (0..<height).map { line in
      let texts = zip(cells, widths).map { cell, width in
        let text = line < cell.count ? cell[line] : ""
        return text + String(repeating: " ", count: max(0, width - text.count))
      }
      let text = texts.joined(separator: Self.gap)
      return text.lastIndex { $0 != " " }.map { String(text[...$0]) } ?? ""
    }
  }

  /// A text in pieces of at most that width.
  private static func pieces(of text: String, _ width: Int) -> [String] {
    var pieces: [String] = []
    var rest = text[...]
    repeat {
      pieces.append(String(rest.prefix(width)))
      rest = rest.dropFirst(width)
    } while !rest.isEmpty
    return pieces
  }

  /// The widths of the columns: of the cells, less what the widest that may be wrapped must give.
  private func widths(fitting width: Int?) -> [Int] {
    var widths = columns.indices.map { index in
      max(columns[index].title.count, rows.flatMap { $0[index].map(\.count) }.max() ?? 0)
    }
    guard let width else { return widths }
    let gaps = Self.gap.count * max(0, columns.count - 1)
    while widths.reduce(gaps, +) > width {
      let wide = columns.indices.filter { index in
        columns[index].mayWrap
          && widths[index] > max(Self.narrowest, columns[index].title.count)
      }
      guard let widest = wide.max(by: { widths[$0] < widths[$1] }) else { break }
      widths[widest] -= 1
    }
    return widths
  }
}
