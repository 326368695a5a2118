/// A device of the host in a container.
public struct DeviceMapping: Sendable, Hashable {
  /// Its path on the host.
  public var hostPath: String
  /// Its path in the container.
  public var containerPath: String
  /// What may be done with it: `r`ead, `w`rite, `m`knod.
  public var permissions: String

  /// A device of the host in a container.
  ///
  /// - Parameters:
  ///   - hostPath: Its path on the host.
  ///   - containerPath: Its path in the container; the same if there is none.
  ///   - permissions: What may be done with it.
  public init(_ hostPath: String, at containerPath: String? = nil, permissions: String = "rwm") {
    self.hostPath = hostPath
    self.containerPath = containerPath ?? hostPath
    self.permissions = permissions
  }

  /// Reads a text such as `/dev/sda`, `/dev/sda:/dev/xvda`, `/dev/sda:/dev/xvda:r` or `/dev/sda:r`.
  ///
  /// - Parameter text: The paths and permissions, read as the docker CLI reads them.
  /// - Throws: A ``DockerError`` with code `invalidArgument`.
  public init(parsing text: String) throws {
    var parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    let last = parts[parts.count - 1]
    let hasPermissions = parts.count > 1 && !last.hasPrefix("/")
    if hasPermissions { parts.removeLast() }
    guard (1...2).contains(parts.count), parts.allSatisfy({ $0.hasPrefix("/") }) else {
      throw Self.failure(text)
    }
    if hasPermissions {
      guard Self.arePermissions(last) else { throw Self.failure(text) }
    }
    self.init(
      parts[0],
      at: parts.count > 1 ? parts[1] : nil,
      permissions: hasPermissions ? last : "rwm"
    )
  }

  private static func arePermissions(_ text: String) -> Bool {
    !text.isEmpty && text.allSatisfy("rwm".contains) && Set(text).count == text.count
  }

  private static func failure(_ text: String) -> DockerError {
    .invalidArgument("'\(text)' is no device such as /dev/sda or /dev/sda:/dev/xvda:r")
  }
}

/// Devices that a driver finds for a container, such as GPUs.
public struct DeviceRequest: Sendable, Hashable {
  /// The driver, such as `nvidia`.
  public var driver: String?
  /// How many devices; -1 stands for all.
  public var count: Int?
  /// Certain devices, instead of a number of them.
  public var deviceIDs: [String] = []
  /// What the devices must be able to do: all of one of these lists.
  public var capabilities: [[String]] = []
  /// What the driver is told.
  public var options: [String: String] = [:]

  /// Devices of a driver.
  public init(driver: String? = nil, count: Int? = nil, capabilities: [[String]] = []) {
    self.driver = driver
    self.count = count
    self.capabilities = capabilities
  }
}
