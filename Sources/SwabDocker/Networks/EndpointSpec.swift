/// A container's place in a network, as it is asked for.
public struct EndpointSpec: Sendable, Hashable {
  /// Further names of the container in that network.
  public var aliases: [String] = []
  /// Containers that it can reach by name, as `name` or `name:alias`.
  public var links: [String] = []
  /// Its fixed IPv4 address; the network needs a subnet of its own for that.
  public var ipv4Address: String?
  /// Its fixed IPv6 address.
  public var ipv6Address: String?
  /// Its link-local addresses.
  public var linkLocalAddresses: [String] = []
  /// Its MAC address; needs API 1.44 when the container is made, and 1.54 when it is connected later,
  /// since engines ignored it there before.
  public var macAddress: String?
  /// Which network's gateway is the default one: the highest number wins; needs API 1.48.
  public var gatewayPriority: Int?
  /// What the network's driver is told.
  public var driverOptions: [String: String] = [:]

  /// A place with nothing special.
  public init() {}
}
