/// What a container is to be made with.
///
/// Only what is set is sent; the engine and the image decide the rest.
public struct ContainerSpec: Sendable {
  /// The image's name or id.
  public var image: String
  /// The command, or the arguments of the entry point, word by word: no shell splits it.
  public var command: [String]?
  /// The entry point, word by word; an empty list takes the image's away.
  public var entrypoint: [String]?
  /// The environment; a name without a value is taken away from the image's.
  public var environment: [String: String?] = [:]
  /// The labels.
  public var labels: [String: String] = [:]
  /// The user its process runs as, by name or number, also as `user:group`.
  public var user: String?
  /// The folder its process starts in.
  public var workingDirectory: String?
  /// The host name in the container.
  public var hostname: String?
  /// The domain of that host name.
  public var domainName: String?
  /// The MAC address; engines of API 1.52 and later, which is Docker 29.0, take it in ``networks``
  /// only.
  public var macAddress: String?
  /// Whether it gets a terminal, which makes one stream of its output.
  public var hasTerminal = false
  /// Whether its standard input can be written to.
  public var opensStandardInput = false
  /// Whether its standard input ends with the first attached client.
  public var closesStandardInputOnce = false
  /// Whether standard input is noted as attached, as the docker CLI does for `run -i`.
  public var attachesStandardInput = false
  /// Whether standard output is noted as attached, as the docker CLI does for `run` without `-d`.
  public var attachesStandardOutput = false
  /// Whether standard error is noted as attached, as the docker CLI does for `run` without `-d`.
  public var attachesStandardError = false
  /// The ports it exposes, such as `80/tcp`; published ones need not be repeated here.
  public var exposedPorts: [String] = []
  /// The folders that get anonymous volumes.
  public var volumes: [String] = []
  /// The signal that asks it to end, such as `SIGQUIT`.
  public var stopSignal: String?
  /// How long it may take to end before it is killed.
  public var stopTimeout: Duration?
  /// How the engine finds out whether it is well.
  public var healthcheck: Healthcheck?
  /// Whether it has no network at all.
  public var disablesNetwork = false
  /// The networks it is in from the beginning, by name; more than one needs API 1.44.
  ///
  /// Before, one is given here, by the same name as `hostConfig.networkMode`, and the others follow
  /// by ``DockerAPI/connect(_:toNetwork:_:)``.
  public var networks: [String: EndpointSpec] = [:]
  /// How it relates to its host.
  public var hostConfig = HostConfig()
  /// Further fields of the request by the engine's own names; they win over those above.
  public var additionalFields = JSONObject()

  /// A container of that image.
  ///
  /// - Parameters:
  ///   - image: The image's name or id.
  ///   - command: The command, word by word; the image's own if there is none.
  public init(image: String, command: [String]? = nil) {
    self.image = image
    self.command = command
  }
}
