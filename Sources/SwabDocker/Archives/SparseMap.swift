#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Where a file has contents, and no holes.
struct SparseMap: Sendable {
  struct Extent: Sendable, Hashable {
    var offset: Int
    var count: Int
  }

  /// More of them make a header that readers refuse, and holes so small that they save nothing.
  static let extentLimit = 8192

  var extents: [Extent]
  /// How large the file is, holes included.
  var fileSize: Int

  /// The file without looking for holes.
  init(whole size: Int) {
    extents = [Extent(offset: 0, count: size)]
    fileSize = size
  }

  /// Asks the file system where the holes of an open file are; a file that has none, or too many,
  /// is taken as a whole.
  init(of descriptor: CInt, _ status: stat) {
    self.init(whole: Int(status.st_size))
    guard Int(status.st_blocks) * 512 < fileSize else { return }
    extents = []
    var end = 0
    while end < fileSize {
      let start = Int(lseek(descriptor, off_t(end), Self.seekData))
      if start < 0, errno == ENXIO { break }
      end = start < 0 ? -1 : Int(lseek(descriptor, off_t(start), Self.seekHole))
      guard end > start, extents.count < Self.extentLimit else {
        self.init(whole: fileSize)
        return
      }
      extents.append(Extent(offset: start, count: min(end, fileSize) - start))
    }
  }

  // What glibc has for GNU programs only.
  #if canImport(Darwin)
    private static let seekHole: CInt = 3
    private static let seekData: CInt = 4
  #else
    private static let seekData: CInt = 3
    private static let seekHole: CInt = 4
  #endif

  /// Whether there are holes at all.
  var hasHoles: Bool {
    extents != [Extent(offset: 0, count: fileSize)] && fileSize > 0
  }

  /// How many bytes of contents there are.
  var contentSize: Int {
    extents.reduce(0) { $0 + $1.count }
  }

  /// The map as it stands before the contents, in whole blocks (GNU's format 1.0).
  var encoded: [UInt8] {
    var extents = extents
    // GNU tar knows by it how far the hole at the end goes.
    if extents.last.map({ $0.offset + $0.count }) != fileSize {
      extents.append(Extent(offset: fileSize, count: 0))
    }
    let numbers = [extents.count] + extents.flatMap { [$0.offset, $0.count] }
    let text = numbers.map { "\($0)\n" }.joined().utf8
    return Array(text) + Array(repeating: 0, count: TarBlock.padding(after: text.count))
  }
}
