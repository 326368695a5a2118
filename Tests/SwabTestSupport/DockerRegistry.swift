import Foundation
import Synchronization

/// A registry for tests, Debian's `docker-registry`, in the network of an engine.
///
/// A shell watches over it, and ends it when its standard input closes, so that it ends with the
/// test process, however that ends.
public final class DockerRegistry: Sendable {
  /// What a registry is like.
  public struct Options: Sendable {
    /// Whether it asks for a user and a password.
    public var hasAccounts = true
    /// Whether it speaks TLS, with a certificate of an authority of its own.
    public var isSecure = false

    /// A registry with accounts, over plain HTTP.
    public init(hasAccounts: Bool = true, isSecure: Bool = false) {
      self.hasAccounts = hasAccounts
      self.isSecure = isSecure
    }
  }

  /// A user of registries with accounts, whose name and password take a lot of care to pass on.
  public static let user = "tester>>?~ü"
  /// The user's password.
  public static let password = "pÄss:wörd>>?~\"\\"

  /// How names of images call it: `host:port`.
  public let name: String
  /// The folder that holds all of it.
  public let folder: TemporaryFolder
  /// The certificate of its authority, if it speaks TLS.
  public var certificate: String { folder.path("ca.crt") }

  private let supervisor: Process
  private let lifeline: FileHandle
  private static let lastPort = Mutex(20000)

  /// Starts a registry.
  ///
  /// - Parameters:
  ///   - engine: The engine in whose network it is.
  ///   - options: What it is like.
  /// - Returns: The registry, which takes requests.
  /// - Throws: With the end of its log, if it doesn't start.
  public static func start(
    beside engine: DockerEngine,
    _ options: Options = Options()
  ) async throws -> DockerRegistry {
    let processID = try engine.processID
    return try await Task.detached { try DockerRegistry(beside: processID, options) }.value
  }

  private init(beside engine: Int32, _ options: Options) throws {
    folder = try TemporaryFolder()
    let port = Self.lastPort.withLock { port in
      port += 1
      return port
    }
    // What is on 127.0.0.1 needs no certificate that anybody trusts.
    let host = options.isSecure ? "192.0.2.1" : "127.0.0.1"
    name = "\(host):\(port)"
    let (input, output) = (Pipe(), Pipe())
    lifeline = input.fileHandleForWriting
    _ = fcntl(lifeline.fileDescriptor, F_SETFD, FD_CLOEXEC)
    try folder.write(Self.settings(options, name, folder), to: "config.yml")
    supervisor = Process()
    supervisor.executableURL = URL(fileURLWithPath: "/usr/bin/setsid")
    supervisor.arguments =
      ["nsenter", "--net=/proc/\(engine)/ns/net", "/bin/sh", "-c", Self.script, "registry"]
      + [folder.path, host, options.isSecure ? "secure" : "plain", Self.user, Self.password]
    supervisor.standardInput = input
    supervisor.standardOutput = output
    supervisor.standardError = FileHandle.nullDevice
    try supervisor.run()
    let answer = try output.fileHandleForReading.readToEnd() ?? Data()
    guard String(decoding: answer, as: UTF8.self) == "ready\n" else {
      throw TestSupportError(String(decoding: answer, as: UTF8.self))
    }
  }

  /// Ends the registry, and returns when its processes and its folder are gone.
  public func stop() async throws {
    try lifeline.close()
    await Task.detached { [supervisor] in supervisor.waitUntilExit() }.value
  }

  private static func settings(
    _ options: Options,
    _ address: String,
    _ folder: TemporaryFolder
  ) -> String {
    var text = """
      version: 0.1
      log: { accesslog: { disabled: true } }
      storage: { filesystem: { rootdirectory: \(folder.path("data")) }, delete: { enabled: true } }
      http:
        addr: \(address)
        secret: swab

      """
    if options.isSecure {
      let (certificate, key) = (folder.path("server.crt"), folder.path("server.key"))
      text += "  tls: { certificate: \(certificate), key: \(key) }\n"
    }
    if options.hasAccounts {
      text += "auth: { htpasswd: { realm: swab, path: \(folder.path("htpasswd")) } }\n"
    }
    return text
  }

  /// Makes what the settings name, starts the registry, and ends it when standard input closes.
  private static let script = """
    folder=$1
    exec 3>&1 >"$folder/log" 2>&1
    fail() {
      { echo "$1"; tail -n 5 "$folder/log"; } >&3
      rm -rf "$folder"; exit 1
    }
    for tool in docker-registry htpasswd openssl; do
      command -v $tool >/dev/null || fail "$tool is missing: run make test, which installs it"
    done
    cd "$folder"
    printf %s "$5" | htpasswd -niB -C 4 "$4" >htpasswd || fail "there are no accounts"
    if [ $3 = secure ]; then
      ip address add "$2/32" dev lo
      key='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30'
      openssl req -x509 $key -keyout ca.key -out ca.crt -subj /CN=ca &&
        openssl req $key -keyout server.key -out server.csr -subj /CN=registry &&
        echo "subjectAltName=IP:$2" >names &&
        openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 \\
          -extfile names -out server.crt || fail "there is no certificate"
    fi
    docker-registry serve config.yml <&- 3>&- &
    registry=$!
    until grep -q 'listening on' log; do
      kill -0 $registry 2>/dev/null || fail "docker-registry has ended"
      sleep 0.05
    done
    echo ready >&3
    exec 3>&-
    cat >/dev/null
    kill $registry
    wait $registry
    rm -rf "$folder"
    """
}
