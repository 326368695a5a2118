import Foundation

/// A certificate authority of a test's own, which signs by the openssl program.
public struct TestAuthority: Sendable {
  /// The path of its own certificate.
  public var certificate: String { folder.path("\(name)-ca.pem") }

  private let folder: TemporaryFolder
  private let name: String

  /// What it has signed: the paths of a certificate and of its key.
  public typealias Identity = (certificate: String, key: String)

  /// Makes an authority.
  ///
  /// - Parameters:
  ///   - folder: Where its files are.
  ///   - name: What it is called, and what its files begin with.
  /// - Throws: If openssl fails.
  public init(in folder: TemporaryFolder, name: String = "test") throws {
    (self.folder, self.name) = (folder, name)
    try Self.openssl(
      ["req", "-x509", "-days", "2", "-subj", "/CN=\(name)", "-out", certificate]
        + Self.newKey(folder.path("\(name)-ca-key.pem"))
    )
  }

  /// Signs a certificate.
  ///
  /// - Parameters:
  ///   - name: What its files are called, and its common name.
  ///   - names: Its subjectAltName, such as `DNS:engine.test`; none if it is empty.
  ///   - days: How long it is good; -1 makes one that has expired.
  ///   - usage: What it is for.
  /// - Returns: The paths of the certificate and the key.
  /// - Throws: If openssl fails.
  public func issue(
    _ name: String,
    names: [String] = [],
    days: Int = 2,
    usage: String = "serverAuth,clientAuth"
  ) throws -> Identity {
    let prefix = folder.path("\(self.name)-\(name)")
    let identity = (certificate: "\(prefix).pem", key: "\(prefix)-key.pem")
    try Self.openssl(
      ["req", "-new", "-subj", "/CN=\(name)", "-out", "\(prefix).csr"] + Self.newKey(identity.key)
    )
    var extensions = "extendedKeyUsage=\(usage)\n"
    if !names.isEmpty { extensions += "subjectAltName=\(names.joined(separator: ","))\n" }
    try Data(extensions.utf8).write(to: URL(fileURLWithPath: "\(prefix).ext"))
    try Self.openssl([
      "x509", "-req", "-in", "\(prefix).csr", "-out", identity.certificate, "-days", "\(days)",
      "-CA", certificate, "-CAkey", folder.path("\(self.name)-ca-key.pem"), "-set_serial",
      "\(UInt32.random(in: 1...UInt32.max))",
      "-extfile", "\(prefix).ext",
    ])
    return identity
  }

  /// Runs openssl to its end.
  public static func openssl(_ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
    process.arguments = arguments
    let output = Pipe()
    process.standardError = output
    process.standardOutput = output
    try process.run()
    let text = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw TestSupportError("openssl \(arguments): \(String(decoding: text, as: UTF8.self))")
    }
  }

  private static func newKey(_ path: String) -> [String] {
    ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", path]
  }
}
