/// Writes a Dockerfile, instruction by instruction.
///
/// ```swift
/// var file = DockerFile("debian:12")
/// try file.runAll("apt-get update", "apt-get install -y nginx")
/// try file.addFile("site.conf", to: "/etc/nginx/conf.d/site.conf")
/// file.command = "nginx -g 'daemon off;'"
/// file.expose = ["80"]
/// let id = try await docker.buildFromFile(file, tag: "team/web:v1")
/// ```
///
/// It remembers the files of its `ADD` instructions, so that ``DockerContext`` can bring them
/// along. What is set by properties is written at the end, by ``finalize()``.
public struct DockerFile: Sendable {
  /// The base image if none is named: one in which a program does nothing, with success.
  public static let defaultBaseImage = "tianon/true:latest"

  /// A command or an entry point: words, or a text that is split into words where it is no matter of
  /// a shell.
  public enum Command: Sendable, Hashable {
    /// A text, such as `nginx -g 'daemon off;'`.
    case text(String)
    /// Words, each an argument as it is.
    case words([String])
  }

  /// A file or folder of this machine that an instruction adds.
  struct AddedFile: Sendable, Hashable {
    var place: String
    var contextPath: String
  }

  /// Folders whose contents are to outlive containers.
  public var volumes: [String] = [] { didSet { noteChange("volumes") } }
  /// The program that is run, whatever arguments a container is given.
  public var entrypoint: Command? { didSet { noteChange("entrypoint") } }
  /// What is run by default; with an entry point, its arguments.
  public var command: Command? { didSet { noteChange("command") } }
  /// Whether a shell runs entry point and command.
  public var commandShell = false { didSet { noteChange("commandShell") } }
  /// The user they run as.
  public var commandUser: String? { didSet { noteChange("commandUser") } }
  /// The folder they run in.
  public var commandWorkdir: String? { didSet { noteChange("commandWorkdir") } }
  /// The ports that are listened at, such as `80` or `53/udp`.
  public var expose: [String] = [] { didSet { noteChange("expose") } }
  /// The labels of the image; line ends in them are left out, as a Dockerfile can't have them.
  public var labels: [String: String] = [:] { didSet { noteChange("labels") } }
  /// The shell of later instructions, as in `["/bin/bash", "-c"]`.
  public var shell: String? { didSet { noteChange("shell") } }
  /// The signal that asks a container to end.
  public var stopSignal: String? { didSet { noteChange("stopSignal") } }
  /// How the engine finds out whether a container is well, such as `CMD wget -q localhost`.
  public var healthcheck: String? { didSet { noteChange("healthcheck") } }

  /// Whether nothing more can be written.
  public private(set) var isFinalized = false

  var files: [AddedFile] = []
  var archives: [String] = []
  /// What is removed at the end of the build, in the order it was added.
  var removedPaths: [String] = []
  private var bytes: [UInt8] = []
  /// A property that was set too late; setting one can't throw.
  private var lateChange: String?

  /// A Dockerfile that begins with its base image.
  ///
  /// - Parameters:
  ///   - baseImage: The image to build on; if nil, a `FROM` has to be written.
  ///   - maintainer: Who looks after the image, which becomes a label, as ``labels`` do.
  ///   - initial: Lines to begin with.
  public init(
    _ baseImage: String? = DockerFile.defaultBaseImage,
    maintainer: String? = nil,
    initial: [String] = []
  ) {
    if let baseImage, !baseImage.isEmpty { append("FROM \(baseImage)\n") }
    append("\n")
    if let maintainer {
      // The instruction of that name is obsolete.
      append("LABEL \(Self.formatted(labels: ["maintainer": maintainer]))\n\n")
    }
    for line in initial { append("\(line)\n") }
  }

  /// Writes text as it is.
  ///
  /// - Parameter text: The text.
  /// - Throws: A ``DockerError`` with code `invalidArgument` once the Dockerfile is finalized.
  public mutating func write(_ text: String) throws {
    try write(Array(text.utf8))
  }

  /// Writes bytes as they are.
  ///
  /// - Parameter bytes: The bytes.
  /// - Throws: A ``DockerError`` with code `invalidArgument` once the Dockerfile is finalized.
  public mutating func write(_ bytes: [UInt8]) throws {
    guard !isFinalized else {
      throw DockerError.invalidArgument("a finalized Dockerfile can't be written to")
    }
    self.bytes += bytes
  }

  /// Writes what was held back until now: removals, then what the properties say.
  ///
  /// A second time it does nothing.
  ///
  /// - Throws: A ``DockerError`` with code `invalidArgument` if a command has a quote that isn't
  ///   closed, or if a property was set after the first time.
  public mutating func finalize() throws {
    if !isFinalized {
      let end = try finalInstructions()
      append(end)
      isFinalized = true
    }
    try checkUnchanged()
  }

  /// The Dockerfile so far; all of it once it is finalized.
  ///
  /// - Returns: Its bytes.
  /// - Throws: A ``DockerError`` with code `invalidArgument` if a property was set after it was
  ///   finalized.
  public func contents() throws -> [UInt8] {
    try checkUnchanged()
    return bytes
  }

  /// Finalizes the Dockerfile and writes it to a file.
  ///
  /// - Parameter path: Where; what is there is replaced.
  /// - Throws: A ``DockerError``, with code `fileFailed` if it can't be written.
  public mutating func save(to path: String) async throws {
    try finalize()
    let upload = DockerUpload(try contents())
    try await upload.save(to: path)
  }

  private mutating func append(_ text: String) {
    bytes += Array(text.utf8)
  }

  private mutating func noteChange(_ property: String) {
    if isFinalized { lateChange = lateChange ?? property }
  }

  private func checkUnchanged() throws {
    guard let lateChange else { return }
    throw DockerError.invalidArgument("\(lateChange) was set after the Dockerfile was finalized")
  }
}

extension DockerFile.Command: ExpressibleByStringInterpolation, ExpressibleByArrayLiteral {
  /// A text.
  public init(stringLiteral value: String) {
    self = .text(value)
  }

  /// Words.
  public init(arrayLiteral elements: String...) {
    self = .words(elements)
  }
}
