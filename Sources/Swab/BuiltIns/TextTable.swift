/// A table as Docker-Fabric prints it: an empty line, the header, the rows; columns are as wide as
/// their widest cell, with two spaces between.
///
/// A cell with several lines makes its row as high. On a terminal that is too narrow, columns that say
/// nothing are left out, and cells of those that may be wrapped go on in the next line, so that
/// nothing is lost.
struct TextTable: Sendable, Equatable {
  struct Column: Sendable, Equatable {
    var title: String
    var mayWrap = false
    /// Where each cell is cut in two if there is not enough room otherwise, such as a date before its
    /// time.
    var cut: Int?
    /// The title of a column whose cells may be the same as these; then they say nothing.
    var repeated: String?
  }

  typealias Cell = [String]

  private(set) var columns: [Column]
  private(set) var rows: [[Cell]] = []

  /// Columns that are wrapped keep so many characters, as long as anything else helps.
  private static let narrow = 8
  private static let gap = "  "

  init(_ columns: [Column]) { self.columns = columns }

  /// Adds a row; what a host said may hold characters that a terminal would act on.
  mutating func add(_ cells: [Cell]) {
    rows.append(cells.map { $0.map(TerminalText.singleLine) })
  }

  /// The table's lines.
  ///
  /// - Parameter width: What fits into a line; nil if everything does.
  /// - Returns: The lines, without spaces at their ends.
  func lines(fitting width: Int?) -> [String] {
    if let width, Self.sum(naturalWidths) > width { return lessSilent.wrapped(to: width) }
    return lines(naturalWidths)
  }

  private func wrapped(to width: Int) -> [String] {
    var widths = naturalWidths
    shrink(&widths, to: width, keeping: Self.narrow)
    guard Self.sum(widths) > width else { return lines(widths) }
    // The dates' second half goes below the first, and all others get what that sets free.
    widths = zip(naturalWidths, columns).map { width, column in min(width, column.cut ?? width) }
    shrink(&widths, to: width, keeping: Self.narrow)
    shrink(&widths, to: width, keeping: 1)
    return lines(widths)
  }

  private func lines(_ widths: [Int]) -> [String] {
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

  // MARK: Widths

  private var naturalWidths: [Int] {
    columns.indices.map { index in
      max(columns[index].title.count, rows.flatMap { $0[index].map(\.count) }.max() ?? 0)
    }
  }

  private static func sum(_ widths: [Int]) -> Int {
    widths.reduce(gap.count * max(0, widths.count - 1), +)
  }

  /// Takes from the widest columns that may be wrapped until all fit, or none has more to give.
  private func shrink(_ widths: inout [Int], to width: Int, keeping least: Int) {
    while Self.sum(widths) > width {
      let wide = columns.indices.filter { index in
        columns[index].mayWrap && widths[index] > max(least, columns[index].title.count)
      }
      guard let widest = wide.max(by: { widths[$0] < widths[$1] }) else { return }
      widths[widest] -= 1
    }
  }

  /// The table without columns that say nothing: those that are empty, or repeat another one.
  private var lessSilent: TextTable {
    if rows.isEmpty { return self }
    let kept = columns.indices.filter { index in
      let other = columns.firstIndex { $0.title == columns[index].repeated }
      return rows.contains { row in
        !row[index].allSatisfy(\.isEmpty) && row[index] != other.map { row[$0] }
      }
    }
    var table = TextTable(kept.map { columns[$0] })
    table.rows = rows.map { row in kept.map { row[$0] } }
    return table
  }
}
