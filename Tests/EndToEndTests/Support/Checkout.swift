import Foundation
import SwabTestSupport

/// What `make test` prepared in the checkout.
enum Checkout {
  /// The folder that holds Package.swift.
  static let root = (1...4).reduce(URL(fileURLWithPath: #filePath)) { url, _ in
    url.deletingLastPathComponent()
  }.path

  /// The `swab` command as it is installed: `SWAB_BIN`, else the staged one.
  static func swab() throws -> String {
    let path =
      ProcessInfo.processInfo.environment["SWAB_BIN"] ?? "\(root)/.build/stage/bin/swab"
    guard FileManager.default.isExecutableFile(atPath: path) else {
      throw TestSupportError("\(path) is missing: run make test, which builds it")
    }
    return path
  }

  /// Compiled fabfiles of these tests stay here from one run to the next.
  static func cache() throws -> String {
    let path = "\(root)/.build/end-to-end-cache"
    if !FileManager.default.fileExists(atPath: path) {
      try FileManager.default.createDirectory(
        atPath: path,
        withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700]
      )
    }
    return path
  }
}
