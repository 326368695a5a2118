#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Runs the compiler and gathers what it says.
struct Subprocess {
  /// How a program ended, and what it printed on both outputs together.
  struct Outcome {
    var exitStatus: Int32
    var output: [UInt8]
  }

  var program: String
  var arguments: [String]
  var workingDirectory: String
  /// Set in its environment, in addition to ours.
  var environment: [String: String] = [:]

  /// Runs it to its end; nil, with the reason in `errno`, if it can't be started.
  func run() -> Outcome? {
    var ends: [CInt] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    _ = fcntl(ends[0], F_SETFD, FD_CLOEXEC)
    let process = inWorkingDirectory { spawn(output: ends[1]) }
    let failure = errno
    close(ends[1])
    defer { close(ends[0]) }
    guard let process else {
      errno = failure
      return nil
    }
    let output = readAll(from: ends[0]) ?? []
    return Outcome(exitStatus: wait(for: process), output: output)
  }

  /// Runs `body` in the working directory of the program to be started.
  ///
  /// Glibc shows `posix_spawn_file_actions_addchdir_np` only under a macro that Swift doesn't set. The
  /// launcher has one thread, so it can go there itself and come back.
  private func inWorkingDirectory(_ body: () -> pid_t?) -> pid_t? {
    let here = open(".", O_RDONLY | O_CLOEXEC)
    guard here >= 0 else { return nil }
    defer { close(here) }
    guard chdir(workingDirectory) == 0 else { return nil }
    let process = body()
    let failure = errno
    guard fchdir(here) == 0 else { return nil }
    errno = failure
    return process
  }

  private func spawn(output: CInt) -> pid_t? {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
    #else
      var actions = posix_spawn_file_actions_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO)
    posix_spawn_file_actions_addclose(&actions, output)
    var process = pid_t()
    let status = withCStrings([program] + arguments) { argv in
      withCStrings(childEnvironment()) { posix_spawn(&process, program, &actions, nil, argv, $0) }
    }
    errno = status
    return status == 0 ? process : nil
  }

  /// Our environment without what is meant for swab alone: SWAB_PASSWORD above all.
  private func childEnvironment() -> [String] {
    var result: [String] = []
    var index = 0
    while let variable = environ[index] {
      let text = String(cString: variable)
      let name = String(text.prefix { $0 != "=" })
      if !name.hasPrefix("SWAB_") && environment[name] == nil { result.append(text) }
      index += 1
    }
    return result + environment.map { "\($0.key)=\($0.value)" }
  }

  private func wait(for process: pid_t) -> Int32 {
    var status: CInt = 0
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    // WIFEXITED and WEXITSTATUS are macros, which Swift doesn't import.
    let signal = status & 0x7f
    return signal == 0 ? (status >> 8) & 0xff : 128 + signal
  }

  private func withCStrings<Result>(
    _ strings: [String],
    _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let copies = strings.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return body(copies + [nil])
  }
}
