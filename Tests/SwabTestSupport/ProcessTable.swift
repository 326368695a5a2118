import Foundation

/// What /proc says of the processes of this machine.
public enum ProcessTable {
  /// The ids of all processes.
  public static func all() -> [Int32] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { Int32($0) }
  }

  /// Whether a process is there and has not ended (a zombie has).
  public static func isRunning(_ processID: Int32) -> Bool {
    guard let fields = status(of: processID) else { return false }
    return fields.state != "Z" && fields.state != "X"
  }

  /// The processes that a process started, and those that these started, if still linked to it.
  public static func descendants(of processID: Int32) -> [Int32] {
    var children: [Int32: [Int32]] = [:]
    for process in all() {
      if let parent = status(of: process)?.parent { children[parent, default: []].append(process) }
    }
    var (found, next) = ([Int32](), children[processID] ?? [])
    while let process = next.popLast() {
      found.append(process)
      next += children[process] ?? []
    }
    return found
  }

  /// The value that a process has had for a variable from its start, if it had one.
  public static func variable(_ name: String, of processID: Int32) -> String? {
    let data = FileManager.default.contents(atPath: "/proc/\(processID)/environ") ?? Data()
    let variables = String(decoding: data, as: UTF8.self).split(separator: "\0")
    return variables.first { $0.hasPrefix("\(name)=") }.map { String($0.dropFirst(name.count + 1)) }
  }

  /// The running processes that have a variable of this value in their environment.
  public static func processes(withVariable name: String, value: String) -> [Int32] {
    let wanted = Data("\(name)=\(value)\0".utf8)
    return all().filter { process in
      guard let data = FileManager.default.contents(atPath: "/proc/\(process)/environ") else {
        return false
      }
      return data.range(of: wanted) != nil && isRunning(process)
    }
  }

  /// The command line of a process, its words separated by spaces.
  public static func commandLine(of processID: Int32) -> String {
    let data = FileManager.default.contents(atPath: "/proc/\(processID)/cmdline") ?? Data()
    return String(decoding: data, as: UTF8.self).split(separator: "\0").joined(separator: " ")
  }

  private static func status(of processID: Int32) -> (state: Character, parent: Int32)? {
    guard let data = FileManager.default.contents(atPath: "/proc/\(processID)/stat") else {
      return nil
    }
    // The name stands in parentheses and may itself contain anything, so start after the last one.
    let text = String(decoding: data, as: UTF8.self)
    guard let end = text.lastIndex(of: ")") else { return nil }
    let fields = text[end...].dropFirst(2).split(separator: " ")
    guard fields.count > 1, let state = fields[0].first, let parent = Int32(fields[1]) else {
      return nil
    }
    return (state, parent)
  }
}
