import Testing

@testable import SwabDocker

@Suite("What the docker command complains about")
struct CommandFailureTests {
  @Test(
    "is the error that the engine would have led to",
    arguments: [
      ("Error: No such container: x", 404, "No such container: x"),
      ("Error response from daemon: No such container: x", 404, "No such container: x"),
      (
        "Error response from daemon: network x not found\nexit status 1", 404, "network x not found"
      ),
      ("Error response from daemon: get x: no such volume", 404, "get x: no such volume"),
      (
        "Error response from daemon: Could not find the file /x in container y", 404,
        "Could not find the file /x in container y"
      ),
      (
        "Error response from daemon: pull access denied for x, repository does not exist or may "
          + "require 'docker login': denied: requested access to the resource is denied", 404,
        "pull access denied for x, repository does not exist or may require 'docker login': denied: "
          + "requested access to the resource is denied"
      ),
      (
        "Error response from daemon: Conflict. The container name \"/a\" is already in use by "
          + "container \"b\".", 409,
        "Conflict. The container name \"/a\" is already in use by container \"b\"."
      ),
      (
        "Error response from daemon: conflict: unable to remove repository reference", 409,
        "conflict: unable to remove repository reference"
      ),
      (
        "Error response from daemon: You cannot remove a running container x.", 409,
        "You cannot remove a running container x."
      ),
      ("Error response from daemon: Container x is not running", 409, "Container x is not running"),
      (
        "Error response from daemon: endpoint with name a already exists in network n", 403,
        "endpoint with name a already exists in network n"
      ),
      (
        "Error response from daemon: bridge is a pre-defined network and cannot be removed", 403,
        "bridge is a pre-defined network and cannot be removed"
      ),
      (
        "Error response from daemon: network with name n already exists", 409,
        "network with name n already exists"
      ),
      (
        "Error response from daemon: OCI runtime create failed: exec: \"x\": executable file not "
          + "found in $PATH: unknown\nError: failed to start containers: a", 400,
        "OCI runtime create failed: exec: \"x\": executable file not found in $PATH: unknown"
      ),
      ("Error response from daemon: Invalid signal: X", 400, "Invalid signal: X"),
      (
        "Error response from daemon: Get \"https://r/v2/\": unauthorized: incorrect username or "
          + "password", 401,
        "Get \"https://r/v2/\": unauthorized: incorrect username or password"
      ),
      (
        "Error response from daemon: configured logging driver does not support reading", 501,
        "configured logging driver does not support reading"
      ),
      (
        "Error response from daemon: This node is not a swarm manager.", 503,
        "This node is not a swarm manager."
      ),
      (
        "Error response from daemon: driver failed programming external connectivity: Bind for "
          + "0.0.0.0:80 failed: port is already allocated", 500,
        "driver failed programming external connectivity: Bind for 0.0.0.0:80 failed: port is already "
          + "allocated"
      ),
      (
        "DEPRECATED: The legacy builder is deprecated and will be removed in a future release.\n"
          + "            Install the buildx component to build images with BuildKit:\n"
          + "            https://docs.docker.com/go/buildx/\n\n"
          + "The command '/bin/sh -c false' returned a non-zero code: 1", 500,
        "The command '/bin/sh -c false' returned a non-zero code: 1"
      ),
      ("", 500, "the docker command gave exit status 1 and no reason"),
    ]
  )
  func engine(_ text: String, _ status: Int, _ message: String) {
    let error = CommandFailure(text, CommandEnd(exitStatus: 1)).error
    #expect(error.status == status)
    #expect(error.message == message)
  }

  @Test(
    "is told of as what it is where the engine was never asked",
    arguments: [
      (1, "sudo: a password is required", .permissionDenied, "sudo_password"),
      (
        1,
        "sudo: a terminal is required to read the password; either use the -S option\n"
          + "sudo: a password is required", .permissionDenied, "sudo_password"
      ),
      (1, "sudo: 1 incorrect password attempt", .permissionDenied, "is sudo_password the one"),
      (1, "sudo: sorry, you must have a tty to run sudo", .permissionDenied, "requiretty"),
      (1, "guest is not in the sudoers file.", .permissionDenied, "a rule in sudoers"),
      (
        1, "Sorry, user guest is not allowed to execute '/usr/bin/docker ps' as root on h1.",
        .permissionDenied, "a rule in sudoers"
      ),
      (1, "sudo: docker: command not found", .connectionFailed, "docker_cli_bin"),
      (127, "/bin/sh: 1: docker: not found", .connectionFailed, "docker_cli_bin"),
      (127, "/bin/sh: 1: sudo: not found", .connectionFailed, "installed"),
      (126, "/bin/sh: 1: docker: Permission denied", .permissionDenied, "docker_cli_bin"),
      (
        1, "Got permission denied while trying to connect to the Docker daemon socket at unix:///x",
        .permissionDenied, "docker_cli_sudo"
      ),
      (
        1, "permission denied while trying to connect to the docker API at unix:///x",
        .permissionDenied, "docker_cli_sudo"
      ),
      (
        1, "Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?",
        .connectionFailed, "is a Docker Engine running"
      ),
      (125, "unknown flag: --pull\nSee 'docker create --help'.", .notImplemented, "newer docker"),
      (1, "docker: 'foo' is not a docker command.", .notImplemented, "newer docker"),
      (1, "docker: unknown command: docker foo", .notImplemented, "newer docker"),
    ] as [(Int, String, DockerError.Code, String)]
  )
  func local(_ status: Int, _ text: String, _ code: DockerError.Code, _ hint: String) {
    let error = CommandFailure(text, CommandEnd(exitStatus: status)).error
    #expect(error.code == code)
    #expect(error.status == nil)
    #expect(error.hint?.contains(hint) == true, "\(error)")
  }

  @Test("a signal's end is no answer")
  func signal() {
    let error = CommandFailure("", CommandEnd(exitStatus: nil, signal: "KILL")).error
    #expect(error.code == .connectionLost)
    #expect(error.message == "the docker command was ended by signal KILL")
  }

  @Test(
    "is only that things are gone",
    arguments: [
      ("Error: No such container: a\nError: No such container: b", true),
      ("Error response from daemon: No such image: a", true),
      ("Error: No such container: a\nCannot connect to the Docker daemon at x", false),
      ("", false),
    ]
  )
  func missing(_ text: String, _ expected: Bool) {
    #expect(CommandFailure(text, CommandEnd(exitStatus: 1)).isOnlyMissing == expected)
  }
}
