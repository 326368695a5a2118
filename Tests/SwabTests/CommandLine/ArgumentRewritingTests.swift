import ArgumentParser
import Testing

@testable import Swab

@Suite("Words of the command line in Fabric's forms")
struct ArgumentRewritingTests {
  private func rewritten(_ words: String) throws -> String {
    try ArgumentRewriting.rewritten(words.split(separator: " ").map(String.init)) {
      ["t", "other"].contains($0)
    }.joined(separator: " ")
  }

  @Test(
    "they are rewritten for the parser",
    arguments: [
      ("run t -H h1", "run t -H h1"), ("-f x/fabfile.yml list", "list"),
      ("--fabfile=x list -F short", "list -F short"), ("-fx list", "list"),
      ("run -f x t", "run -f x t"), ("-V", "--version"), ("", ""), ("--help", "--help"),
      // The password is asked for, or read.
      ("run -p t", "run --ask-password t"), ("run t -p", "run t --ask-password"),
      ("run -p t:a=1", "run --ask-password t:a=1"),
      ("run -p -H h1 t", "run --ask-password -H h1 t"),
      ("run -p @/f t", "run --password-file /f t"), ("run -p@f t", "run --password-file f t"),
      ("run --password=@f", "run --password-file f"), ("run -I t", "run --ask-password t"),
      ("-p run t", "run --ask-password t"), ("-p @f run t", "run --password-file f t"),
      // What follows an option is its value, whatever it looks like.
      ("run -H -p t", "run -H -p t"), ("run --set -c t", "run --set -c t"),
      // Options of Fabric that are commands here.
      ("-l", "list"), ("--list", "list"), ("-l -F nested", "list -F nested"),
      ("-f x -l", "list"), ("--shortlist", "list -F short"), ("-d t", "help t"),
      ("--display t", "help t"), ("--display=t", "help t"), ("-dt", "help t"),
      // Options before the command go behind it.
      ("-H h1 run t", "run -H h1 t"), ("-Hh1 -P run t -z 10", "run -Hh1 -P t -z 10"),
      ("-H h1 t", "t -H h1"), ("-H run run t", "run -H run t"), ("-H h1", "-H h1"),
      ("--no_agent run t", "run --no-agent t"),
    ]
  )
  func rewriting(_ words: String, _ expected: String) throws {
    #expect(try rewritten(words) == expected)
  }

  @Test(
    "a password is never a value, and is not repeated",
    arguments: [
      "run --password=hunter2", "run -p=hunter2", "run -phunter2", "run -p hunter2",
      "run -p hunter2 t", "run --password hunter2 t", "run t -p hunter2:x", "-p hunter2 run t",
      "-phunter2 run t", "-p hunter2",
    ]
  )
  func passwords(_ words: String) throws {
    let error = try #require(throws: UsageError.self) { try rewritten(words) }
    #expect(error.message.contains("is never a value on the command line"))
    #expect(error.hint?.hasPrefix("-p asks for it, -p @FILE reads it") == true)
    #expect(!error.description.contains("hunter2"))
  }

  @Test(
    "before a container, which may be a password as well, -p is to be written out",
    arguments: ["exec -H h1 -p hunter2", "logs -p hunter2", "logs --password hunter2"]
  )
  func passwordBeforeContainer(_ words: String) throws {
    let error = try #require(throws: UsageError.self) { try rewritten(words) }
    #expect(error.message.contains("is never a value on the command line"))
    let command = words.prefix { $0 != " " }
    let hint = "before the container, write it out: swab \(command) --ask-password CONTAINER; "
    #expect(error.hint?.hasPrefix(hint) == true, "\(error)")
    #expect(!error.description.contains("hunter2") && !error.description.contains("task"))
    #expect(try rewritten("\(command) -p -H h1 c") == "\(command) --ask-password -H h1 c")
    #expect(try rewritten("\(command) -p @/f c") == "\(command) --password-file /f c")
  }

  @Test(
    "what Fabric had and swab has not is said, with what to do instead",
    arguments: [
      ("run -A t", "-A: swab has no agent forwarding yet", nil),
      ("run -g bastion t", "-g: swab has no gateways yet", "run swab on a machine that"),
      ("run -gbastion t", "-g: swab has no gateways yet", "run swab on a machine that"),
      ("run --gateway=bastion t", "--gateway: swab has no gateways yet", "run swab on a machine"),
      ("-c rc run t", "-c: swab reads no fabricrc", "its settings go under env: of fabfile.yml"),
      ("run --config=rc t", "--config: swab reads no fabricrc", "its settings go under env:"),
      ("run --colorize-errors t", "--colorize-errors: swab has no colours for errors", "--color "),
      ("run --sudo-password=hunter2 t", "--sudo-password: a password is no word", "set sudo"),
      ("run --initial-sudo-password-prompt", "--initial-sudo-password-prompt: a password", "set"),
      ("run --gss-auth t", "--gss-auth: swab has no Kerberos yet", nil),
      ("run -l", "-l: swab has a command for this", "swab list"),
      ("run --shortlist", "--shortlist: swab has a command for this", "swab list -F short"),
      ("run -d t", "-d: swab has a command for this", "swab help TASK"),
    ] as [(String, String, String?)]
  )
  func missing(_ words: String, _ message: String, _ hint: String?) throws {
    let error = try #require(throws: UsageError.self) { try rewritten(words) }
    #expect(error.message.hasPrefix(message))
    #expect(hint == nil ? error.hint == nil : error.hint?.hasPrefix(hint ?? "") == true)
    #expect(!error.description.contains("hunter2"))
  }

  @Test("the options with values are known, so that a value is never taken for a command")
  func optionsWithValues() throws {
    var found: Set<String> = []
    for command in SwabCommand.configuration.subcommands {
      for line in SwabCommand.helpMessage(for: command).split(separator: "\n") {
        let words = line.split(separator: " ").prefix { $0.hasPrefix("-") || $0.hasPrefix("<") }
        guard words.contains(where: { $0.hasPrefix("<") }) else { continue }
        // Letters with a meaning of their own are another test's.
        let hasLetters = CommandLetters.commands[command.configuration.commandName ?? ""] != nil
        found.formUnion(
          words.filter { $0.hasPrefix(hasLetters ? "--" : "-") }
            .map { $0.split(separator: ",").joined() }
        )
      }
    }
    #expect(found == ArgumentRewriting.optionsWithValue)
  }

  @Test(
    "options stand before or after the task, their values apart, joined or after =",
    arguments: [
      "run -H h1 -R web -z 10 -P t", "run t -H h1 -R web -z 10 -P", "run -H h1 t -R web -P -z 10",
      "run -Hh1 -Rweb -z10 -P t", "run t -H=h1 --roles=web --pool-size=10 --parallel",
      "-H h1 -P run t -Rweb -z10",
    ]
  )
  func placesOfOptions(_ words: String) throws {
    let arguments = try ArgumentRewriting.rewritten(words.split(separator: " ").map(String.init))
    let run = try #require(try SwabCommand.parseAsRoot(arguments) as? RunCommand)
    #expect(run.tasks == ["t"])
    #expect(run.selection.hosts == ["h1"])
    #expect(run.selection.roles == ["web"])
    #expect(run.execution.poolSize == 10)
    #expect(run.execution.parallel)
  }

  @Test(
    "what the parser refuses is said like all other mistakes",
    arguments: [
      ("run --hots h1", "unknown option '--hots'", "did you mean --hosts?"),
      ("run --flavour=2", "unknown option '--flavour'", "swab help run shows the options"),
      (
        "run -z many", "the value 'many' is invalid for '-z <n>'", "swab help run shows the options"
      ),
      ("run -H", "missing value for '-H'", "swab help run shows the options"),
      (
        "list -F long", "-F is short, normal or nested, not 'long'",
        "swab help list shows the options"
      ),
      ("hosts extra", "unexpected argument 'extra'", "swab help hosts shows the options"),
      ("--verson", "unknown option '--verson'", "swab help shows the options"),
    ]
  )
  func parserMistakes(_ words: String, _ message: String, _ hint: String) throws {
    let arguments = words.split(separator: " ").map(String.init)
    let thrown = try #require(throws: (any Error).self) { try SwabCommand.parseAsRoot(arguments) }
    let error = UsageError(
      parsing: SwabCommand.message(for: thrown),
      command: arguments.first { SwabCommand.names.contains($0) }
    )
    #expect(error.message.hasPrefix(message))
    #expect(error.hint == hint)
  }
}
