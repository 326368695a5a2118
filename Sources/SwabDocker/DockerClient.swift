package import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A client of one Docker Engine.
///
/// ```swift
/// let docker = try DockerClient()
/// for container in try await docker.containers() { print(container.name ?? container.id) }
/// await docker.close()
/// ```
///
/// Making one connects nowhere; the first request asks the engine for its API version. Requests may
/// run at the same time, and share kept-alive connections.
public final class DockerClient: DockerAPI {
  /// The address of the engine, as a URL.
  public let baseURL: String
  /// How long a request may take as a whole; where something is uploaded, each piece of it, and the
  /// answer after the last.
  public let timeout: Duration?
  /// Who one is at each registry.
  public let registryLogins: RegistryLogins
  /// Headers of every request, where the request has none of that name.
  let headers: [String: String]
  /// The host whose engine this is, as errors name it.
  package let host: String?
  /// Tells why the connection from a local port ended, where what carries it knows more.
  let underlying: (@Sendable (_ localPort: Int) -> (any Error)?)?

  /// What does the requests instead, where the engine is reached by the docker command only.
  let commandLine: DockerCommandLine?
  let transport: HTTPTransport
  let address: DockerAddress
  /// The version asked for, which turns negotiation off.
  let pinnedVersion: APIVersion?
  let negotiated = Mutex<APIVersion?>(nil)
  let negotiation: NIOLoopBoundBox<Negotiation?>

  /// A client for the engine at that address.
  ///
  /// - Parameters:
  ///   - baseURL: For example `unix:///var/run/docker.sock` or `tcp://192.0.2.1:2375`; the standard
  ///     socket if there is none.
  ///   - tls: How to speak TLS, on port 2376 unless the address names another. For an address with
  ///     `https` it is spoken in any case, by default as the system trusts.
  ///   - version: The API version to speak, such as `1.41`; negotiated if there is none or `auto`.
  ///   - timeout: How long a request may take as a whole; a stream until it begins.
  ///   - registryLogins: Who one is at each registry; by default who the docker command is on this
  ///     machine.
  ///   - headers: Headers of every request, such as a proxy before the engine may want; those that a
  ///     request needs for itself stay as they are.
  /// - Throws: A ``DockerError`` if the address, the version, a certificate or a key cannot be read.
  public convenience init(
    baseURL: String? = nil,
    tls: DockerTLS? = nil,
    version: String? = nil,
    timeout: Duration? = .seconds(60),
    registryLogins: RegistryLogins = RegistryLogins(),
    headers: [String: String] = [:]
  ) throws {
    let address = try DockerAddress(parsing: baseURL, tls: tls)
    try self.init(
      address: address,
      tls: tls,
      version: version,
      timeout: timeout,
      host: address.otherMachine,
      registryLogins: registryLogins,
      headers: headers
    )
  }

  /// A client for that address, on behalf of a host.
  ///
  /// - Parameters:
  ///   - address: Where to connect.
  ///   - tls: How to speak TLS; nil to do so only if the address wants it.
  ///   - version: The API version to speak; negotiated if there is none or `auto`.
  ///   - timeout: How long a request may take as a whole.
  ///   - host: The host that errors name.
  ///   - eventLoop: The event loop for all connections, which may end once ``close()`` has returned;
  ///     any one if there is none.
  ///   - registryLogins: Who one is at each registry.
  ///   - headers: Headers of every request.
  ///   - verifyPeer: Called on each new TCP connection before a byte is sent.
  ///   - underlying: Asked why when the connection from a local port was lost.
  /// - Throws: A ``DockerError`` if the version, a certificate or a key cannot be read.
  package convenience init(
    address: DockerAddress,
    tls: DockerTLS? = nil,
    version: String? = nil,
    timeout: Duration? = .seconds(60),
    host: String? = nil,
    eventLoop: (any EventLoop)? = nil,
    registryLogins: RegistryLogins = RegistryLogins(),
    headers: [String: String] = [:],
    verifyPeer: PeerVerifier? = nil,
    underlying: (@Sendable (_ localPort: Int) -> (any Error)?)? = nil
  ) throws {
    try self.init(
      address: address,
      tls: TLSConnector.connector(to: address, tls),
      version: version,
      timeout: timeout,
      host: host,
      eventLoop: eventLoop,
      registryLogins: registryLogins,
      headers: headers,
      verifyPeer: verifyPeer,
      underlying: underlying,
      commandLine: nil
    )
  }

  init(
    address: DockerAddress,
    tls: TLSConnector? = nil,
    version: String?,
    timeout: Duration?,
    host: String?,
    eventLoop: (any EventLoop)?,
    registryLogins: RegistryLogins = RegistryLogins(),
    headers: [String: String] = [:],
    verifyPeer: PeerVerifier?,
    underlying: (@Sendable (_ localPort: Int) -> (any Error)?)?,
    commandLine: DockerCommandLine?
  ) throws {
    self.underlying = underlying
    self.commandLine = commandLine
    self.registryLogins = registryLogins
    self.headers = headers
    let loop = eventLoop ?? MultiThreadedEventLoopGroup.singleton.next()
    pinnedVersion = try APIVersion.pinned(version)
    self.address = address
    self.timeout = timeout
    self.host = host
    baseURL = address.description
    transport = HTTPTransport(
      address: address,
      tls: tls,
      eventLoop: loop,
      verifyPeer: verifyPeer,
      underlying: underlying
    )
    negotiation = .makeBoxSendingValue(nil, eventLoop: loop)
  }

  deinit {
    commandLine?.closeSoon()
    transport.closeSoon()
  }

  /// This client.
  public func engine() async throws -> DockerClient {
    self
  }

  /// Does nothing: a bare client is quiet.
  public func report(_ message: String) {}

  /// Closes all connections; requests under way fail, and so does every later one.
  public func close() async {
    await commandLine?.close()
    await transport.close()
  }
}
