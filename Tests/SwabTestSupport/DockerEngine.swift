import Foundation

/// A Docker Engine for tests, in a network namespace and folders of its own.
///
/// A shell watches over it: it ends dockerd, and with it containerd and all containers, when its
/// standard input closes. So the engine ends with the test process, however that ends.
public final class DockerEngine: Sendable {
  /// The socket it listens at.
  public let socketPath: String
  /// Where it listens with `--tlsverify`, if it does: `tcp://127.0.0.1:PORT`.
  public let addressWithTLS: String?
  /// The folder that holds all of it.
  public let folder: TemporaryFolder
  /// An image with a static busybox in it.
  public static let image = "busybox:local"

  private let supervisor: Process
  /// What keeps the supervisor alive, and takes orders to it.
  private let lifeline: FileHandle
  private let answers: FileHandle

  private static let sharedEngine = Task.detached { try DockerEngine() }

  /// The engine that the whole test process shares.
  public static func shared() async throws -> DockerEngine {
    try await sharedEngine.value
  }

  /// Starts an engine of the test's own.
  ///
  /// - Parameter authority: Who signs its certificate, for `engine.test` and `127.0.0.1`, and those of
  ///   its clients; if nil, it listens at its socket only.
  /// - Returns: The engine.
  /// - Throws: If it doesn't start.
  public static func start(_ authority: TestAuthority? = nil) async throws -> DockerEngine {
    try await Task.detached { try DockerEngine(authority) }.value
  }

  private init(_ authority: TestAuthority? = nil) throws {
    folder = try TemporaryFolder()
    socketPath = folder.path("docker.sock")
    let listener = try authority.map { _ in try LoopbackListener() }
    addressWithTLS = listener.map { "tcp://127.0.0.1:\($0.port)" }
    var options = ""
    if let authority {
      let own = try authority.issue("engine", names: ["DNS:engine.test", "IP:127.0.0.1"])
      options =
        "--host fd:// --tlsverify --tlscacert \(authority.certificate) "
        + "--tlscert \(own.certificate) --tlskey \(own.key)"
    }
    let (input, output) = (Pipe(), Pipe())
    lifeline = input.fileHandleForWriting
    answers = output.fileHandleForReading
    // No other child may keep the engine alive by holding its lifeline.
    _ = fcntl(lifeline.fileDescriptor, F_SETFD, FD_CLOEXEC)
    supervisor = Process()
    supervisor.executableURL = URL(fileURLWithPath: "/usr/bin/setsid")
    let shell = ["/bin/sh", "-c", Self.script, "engine", folder.path, options]
    supervisor.arguments = ["unshare", "--net", "--mount"] + shell
    supervisor.standardInput = input
    supervisor.standardOutput = output
    // The listener is of this network namespace, and dockerd takes it over as from systemd.
    supervisor.standardError = listener?.handle ?? FileHandle.nullDevice
    try supervisor.run()
    try awaitReady()
  }

  /// Stops the engine and starts it again, with the same folders and the same socket; its containers
  /// end, and stay ended.
  ///
  /// After ``kill()`` it is only started.
  public func restart() async throws {
    try await order("restart")
  }

  /// Ends the engine as a crash does, and returns when it is gone; its containers live on until it
  /// is started again by ``restart()``, or stopped.
  public func kill() async throws {
    try await order("kill")
  }

  private func order(_ command: String) async throws {
    try await Task.detached { [self] in
      try lifeline.write(contentsOf: Data("\(command)\n".utf8))
      try awaitReady()
    }.value
  }

  private func awaitReady() throws {
    var text = ""
    while !text.hasSuffix("ready\n") {
      let bytes = answers.availableData
      text += String(decoding: bytes, as: UTF8.self)
      if bytes.isEmpty { throw TestSupportError(text) }
    }
  }

  /// Ends the engine, and returns when its processes and its folder are gone.
  public func stop() async throws {
    try lifeline.close()
    await Task.detached { [supervisor, answers] in
      // Its end ends the pipe; waiting for that first spares the busy loop of waitUntilExit.
      _ = try? answers.readToEnd()
      supervisor.waitUntilExit()
    }.value
  }

  /// Starts the engine, says so on standard output, does as it is told by the lines it reads, and
  /// ends the engine when standard input closes.
  ///
  /// A second engine in one network namespace takes the first one's `docker0` away, hence
  /// `unshare`; and the registries that it trusts are not the machine's. `--live-restore` stays off:
  /// containers have to end with the engine.
  private static let script = """
    folder=$1 options=$2
    exec 4<&2 3>&1 >"$folder/log" 2>&1
    fail() {
      { echo "$1"; tail -n 5 "$folder/log"; } >&3
      kill $engine 2>/dev/null; wait $engine; rm -rf "$folder"; exit 1
    }
    for tool in dockerd docker unshare ip busybox; do
      command -v $tool >/dev/null || fail "$tool is missing: run make test, which installs it"
    done
    docker="docker --host unix://$folder/docker.sock"
    launch() {
      sh -c '[ -z "$2" ] || export LISTEN_FDS=1 LISTEN_PID=$$
        exec dockerd --data-root "$1/data" --exec-root "$1/exec" --pidfile "$1/pid" \\
          --host "unix://$1/docker.sock" --iptables=false --ip6tables=false \\
          --max-download-attempts 1 $2' \\
        engine "$folder" "$options" <&- 3<&4 4<&- &
      engine=$!
      until $docker version >/dev/null 2>&1 <&-; do
        kill -0 $engine 2>/dev/null || fail "dockerd has ended"
        sleep 0.05
      done
    }
    halt() {
      [ -z "$engine" ] || { kill "$1" $engine; wait $engine; }
      engine=
    }
    ip link set lo up
    mkdir -p "$folder/etc/certs.d" /etc/docker
    mount --bind "$folder/etc" /etc/docker || fail "a folder could not be mounted"
    launch
    mkdir -p "$folder/image/bin" "$folder/image/tmp"
    cp "$(command -v busybox)" "$folder/image/bin/busybox"
    for applet in $(busybox --list); do
      [ $applet = busybox ] || ln -s busybox "$folder/image/bin/$applet"
    done
    tar -C "$folder/image" -c . | $docker import --change 'ENV PATH=/bin' - busybox:local ||
      fail "the image could not be imported"
    echo ready >&3
    while read -r order; do
      case $order in
        # Where nobody reaps the containerd that dies with it, the next engine takes it for alive.
        kill) halt -KILL; rm -f "$folder/exec/containerd/containerd.pid" ;;
        restart) halt -TERM; launch ;;
      esac
      echo ready >&3
    done
    # What a killed engine has left running ends with the next one.
    [ -n "$engine" ] || launch
    halt -TERM
    rm -rf "$folder"
    """
}
