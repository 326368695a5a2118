import ArgumentParser
import Testing

@testable import Swab

@Suite("Which words of a command line are swab's")
struct CommandWordsTests {
  private func split(_ text: String) -> String {
    let words = CommandWords(text.split(separator: " ").map(String.init))
    return (words.arguments + ["|"] + words.remainder).joined(separator: " ")
  }

  @Test(
    "those after -- are handed on, and in exec and docker all that follow swab's own",
    arguments: [
      ("run t -H h1 -- ls -l", "run t -H h1 | ls -l"), ("run -- ls -- x", "run | ls -- x"),
      ("list", "list |"), ("", "|"), ("-- x", "| x"),
      ("exec -H h1 web ls -l", "exec -H h1 web | ls -l"),
      ("-H h1 exec web ls -H h2", "-H h1 exec web | ls -H h2"),
      ("exec -H h1 web -- ls -l", "exec -H h1 web | ls -l"),
      ("exec -H h1 -- web ls", "exec -H h1 web | ls"),
      ("exec web git checkout -- f", "exec web | git checkout -- f"),
      ("exec -it -Hh1 web sh", "exec -i -t -Hh1 web | sh"),
      ("exec -itu root -H h1 web sh -c x", "exec -i -t -u root -H h1 web | sh -c x"),
      ("exec -ituroot web sh", "exec -i -t -uroot web | sh"),
      ("exec -e A=1 -eB=2 -w /x web env", "exec -e A=1 -eB=2 -w /x web | env"),
      ("exec --env A=1 --workdir=/x web env", "exec --env A=1 --workdir=/x web | env"),
      ("exec -p @f -H h1 web ls", "exec -p @f -H h1 web | ls"),
      ("exec -ix web ls", "exec -i -x web ls |"), ("exec web", "exec web |"), ("exec", "exec |"),
      ("exec -iy web ls", "exec -iy web | ls"), ("exec web - x", "exec web | - x"),
      ("docker -H h1 -- ps -a", "docker -H h1 | ps -a"),
      ("docker -H h1 ps -a", "docker -H h1 | ps -a"),
      ("docker -i key -t 5 -- -D ps", "docker -i key -t 5 | -D ps"),
      ("docker -H h1 run a -- b", "docker -H h1 | run a -- b"),
      ("logs -f -H h1 web", "logs -f -H h1 web |"),
      ("-p @f exec web ls", "-p @f exec web | ls"),
    ]
  )
  func splitting(_ text: String, _ expected: String) {
    #expect(split(text) == expected)
  }

  @Test(
    "docker's letters mean in exec and logs what they mean to docker",
    arguments: [
      ("exec -i -t -d -H h1 web", "exec -i -t -d -H h1 web"),
      ("logs -ft web -H h1", "logs -f -t web -H h1"),
      ("logs -fn 5 web", "logs -f -n 5 web"), ("logs -fn5 web", "logs -f -n5 web"),
      ("-H h1 logs -f web", "logs -H h1 -f web"),
      ("logs -t -p -H h1 web", "logs -t --ask-password -H h1 web"),
    ]
  )
  func letters(_ text: String, _ expected: String) throws {
    let words = text.split(separator: " ").map(String.init)
    #expect(try ArgumentRewriting.rewritten(words).joined(separator: " ") == expected)
  }

  @Test("exec reads docker's options")
  func exec() throws {
    let text = "exec -itu root:root -w /srv -e A=1 -e B -e C --privileged -H h1 web sh -c x"
    let words = CommandWords(text.split(separator: " ").map(String.init))
    let arguments = try ArgumentRewriting.rewritten(words.arguments)
    let exec = try #require(try SwabCommand.parseAsRoot(arguments) as? ExecCommand)
    #expect(exec.hosts.hosts == ["h1"])
    #expect(exec.container == "web")
    let spec = exec.spec(words.remainder, ["B": "of here", "D": "unasked"])
    var expected = ExecSpec(["sh", "-c", "x"])
    expected.attachesStandardInput = true
    expected.hasTerminal = true
    expected.isPrivileged = true
    expected.user = "root:root"
    expected.workingDirectory = "/srv"
    expected.environment = ["A": "1", "B": "of here"]
    #expect(spec == expected)
  }

  @Test(
    "each command's letters with values are known, so that no value is taken for a word",
    arguments: CommandLetters.commands.keys.sorted()
  )
  func options(of name: String) throws {
    let commands = SwabCommand.configuration.subcommands
    let command = try #require(commands.first { $0.configuration.commandName == name })
    var (flags, options) = ("", "")
    for line in SwabCommand.helpMessage(for: command).split(separator: "\n") {
      let words = line.split(separator: " ").prefix { $0.hasPrefix("-") || $0.hasPrefix("<") }
      let letters = words.compactMap { word -> Character? in
        let letters = word.drop { $0 == "-" }.prefix { $0 != "," }
        return word.hasPrefix("--") || letters.count != 1 ? nil : letters.first
      }
      if words.contains(where: { $0.hasPrefix("<") }) {
        options += String(letters)
      } else {
        flags += String(letters)
      }
    }
    let letters = try #require(CommandLetters.commands[name])
    #expect(Set(options) == Set(letters.options))
    #expect(Set(flags) == Set(letters.flags).union("h"))
  }
}
