/// The words of a command line: swab's own, and those that are handed on as they are.
///
/// Those after `--` are handed on. `exec` and `docker` run a command whose options are not swab's,
/// so there all is handed on that follows swab's own words, as with docker's own `exec`.
struct CommandWords: Equatable {
  var arguments: [String]
  var remainder: [String]

  private init(arguments: [String], remainder: [String]) {
    self.arguments = arguments
    self.remainder = remainder
  }

  /// - Parameter words: All words but the program's name.
  init(_ words: [String]) {
    let head = words.prefix { $0 != "--" }
    guard let start = Self.commandIndex(in: head), let own = Self.ownWords[words[start]] else {
      self.init(
        arguments: Array(head),
        remainder: Array(words.dropFirst(head.count + 1))
      )
      return
    }
    self.init(Array(words[...start]), followedBy: words[(start + 1)...], own: own)
  }

  /// How many words that are no options are swab's own, in the commands that hand on the rest.
  private static let ownWords = ["exec": 1, "docker": 0]

  private init(_ start: [String], followedBy words: ArraySlice<String>, own: Int) {
    let command = start.last
    arguments = start
    var rest = words
    while let word = rest.first, word.hasPrefix("-"), word != "--", word != "-" {
      rest.removeFirst()
      let option = ArgumentRewriting.apart(word, of: command)
      arguments += option
      let isFile = word == "-p" && rest.first?.hasPrefix("@") == true
      if isFile || ArgumentRewriting.takesValue(option.last ?? word, of: command) {
        arguments += rest.popFirst().map { [$0] } ?? []
      }
    }
    if rest.first == "--" { rest.removeFirst() }
    arguments += rest.prefix(own)
    rest = rest.dropFirst(own)
    // `swab exec web -- ls` is for those who are used to it from elsewhere.
    if own > 0, rest.first == "--" { rest.removeFirst() }
    remainder = Array(rest)
  }

  /// Where the command stands: the first word that is neither an option nor the value of one.
  private static func commandIndex(in words: ArraySlice<String>) -> Int? {
    var index = words.startIndex
    while index < words.endIndex {
      let word = words[index]
      guard word.hasPrefix("-") else { return index }
      index += ArgumentRewriting.takesValue(word) ? 2 : 1
      if word == "-p", index < words.endIndex, words[index].hasPrefix("@") { index += 1 }
    }
    return nil
  }
}

/// What single letters mean to a command for which they are docker's, and not those of `run`.
struct CommandLetters {
  var flags: String
  /// Those with a value.
  var options: String

  static let commands = [
    "exec": CommandLetters(flags: "itd", options: "uweHRx"),
    "logs": CommandLetters(flags: "ft", options: "nHRx"),
  ]

  func has(_ letter: Character?) -> Bool {
    letter.map { flags.contains($0) || options.contains($0) } ?? false
  }
}

extension ArgumentRewriting {
  /// Whether an option's value is the next word, in the command's own meaning of its letters.
  static func takesValue(_ word: String, of command: String?) -> Bool {
    guard let letters = letters(of: command), !word.hasPrefix("--") else { return takesValue(word) }
    return word.count == 2 && letters.options.contains(word.last ?? " ")
  }

  static func letters(of command: String?) -> CommandLetters? {
    command.flatMap { CommandLetters.commands[$0] }
  }

  /// The letters of `-itu` as options of their own, since docker takes them so; the last may have a
  /// value, which may be joined to it.
  static func apart(_ word: String, of command: String?) -> [String] {
    guard let letters = letters(of: command), !word.hasPrefix("--") else { return [word] }
    var options: [String] = []
    var rest = word.dropFirst()
    while let letter = rest.first, letters.flags.contains(letter) {
      options.append("-\(letter)")
      rest.removeFirst()
    }
    // What else it may be, the parser says.
    guard !options.isEmpty, rest.first.map(letters.options.contains) ?? true else { return [word] }
    return rest.isEmpty ? options : options + ["-\(rest)"]
  }
}
