import Testing

@testable import SwabYAML

/// What reading a text fails with, as a person sees it.
func failure(_ bytes: some Sequence<UInt8>) throws -> String {
  let error = #expect(throws: YAMLError.self) {
    try YAMLNode.parse(bytes, name: "f.yml") { path in
      path.last?.hasSuffix("password") == true || path.last == "auth"
    }
  }
  return try #require(error).description
}

@Suite("YAML errors")
struct YAMLErrorTests {
  @Test(
    "a mistake names its place, shows the line with a caret, and says what to do",
    arguments: [
      (
        "a: 1\nb: 2\na: 3\n",
        """
        f.yml:3:1: 'a' on line 3 is already there on line 1
        a: 3
        ^
        hint: keep one of the two
        """
      ),
      (
        "roles:\n  web: [web[01-20]]\n",
        """
        f.yml:2:12: did not find expected ',' or ']' while parsing a flow sequence
          web: [web[01-20]]
                   ^
        hint: inside [ ] and { }, a range is written in quotes: "web[01-20]"
        """
      ),
      (
        "roles:\n  web: {hosts: web[01-20]}\n",
        """
        f.yml:2:19: did not find expected ',' or '}' while parsing a flow mapping
          web: {hosts: web[01-20]}
                          ^
        hint: inside [ ] and { }, a range is written in quotes: "web[01-20]"
        """
      ),
      (
        "h: {address: ::1}\n",
        """
        f.yml:1:14: did not find expected node content while parsing a flow node
        h: {address: ::1}
                     ^
        hint: inside [ ] and { }, text with : is written in quotes
        """
      ),
      (
        "a:\n\tb: 1\n",
        """
        f.yml:2:1: found character that cannot start any token while scanning for the next token
        \tb: 1
        ^
        hint: YAML is indented with spaces, not with tabs
        """
      ),
      (
        "a: b: c\n",
        """
        f.yml:1:5: mapping values are not allowed in this context
        a: b: c
            ^
        hint: check the indentation, and put text that contains ': ' in quotes
        """
      ),
      (
        "a: @x\n",
        """
        f.yml:1:4: found character that cannot start any token while scanning for the next token
        a: @x
           ^
        hint: text that starts with @ is written in quotes
        """
      ),
      (
        "base: &base 1\nb: *bse\n",
        """
        f.yml:2:4: there is no anchor &bse before this
        b: *bse
           ^
        hint: did you mean *base?
        """
      ),
      (
        "b: *.txt\n",
        """
        f.yml:1:5: did not find expected alphabetic or numeric character while scanning an alias
        b: *.txt
            ^
        hint: text that starts with * is written in quotes
        """
      ),
      (
        "a: &x [1, *x]\n",
        """
        f.yml:1:11: *x stands within &x itself
        a: &x [1, *x]
                  ^
        """
      ),
      (
        "a: {<<: 1}\n",
        """
        f.yml:1:5: << takes a mapping or a list of mappings, not '1'
        a: {<<: 1}
            ^
        """
      ),
      (
        "a: {<<: {b: 1}, <<: {c: 1}}\n",
        """
        f.yml:1:17: '<<' on line 1 is already there on line 1
        a: {<<: {b: 1}, <<: {c: 1}}
                        ^
        hint: keep one of the two
        """
      ),
      (
        "[a, b]: 1\n",
        """
        f.yml:1:1: a key must be plain text, not a list
        [a, b]: 1
        ^
        """
      ),
      (
        "a: 1\n---\nb: 2\n",
        """
        f.yml:2:1: a second document starts here
        ---
        ^
        hint: only one is read: remove the line ---
        """
      ),
      (
        "é漢字: é漢\tx: 1\n",
        """
        f.yml:1:10: mapping values are not allowed in this context
        é漢字: é漢\tx: 1
                  \t ^
        hint: check the indentation, and put text that contains ': ' in quotes
        """
      ),
      (
        "a: \"x\n",
        """
        f.yml:2:1: found unexpected end of stream while scanning a quoted scalar that starts on line 1

        ^
        """
      ),
      (
        "a: 1\nb: \u{1B}[31m\n",
        """
        f.yml:2:4: the control character U+001B is not allowed
        b: \u{FFFD}[31m
           ^
        """
      ),
    ]
  )
  func message(text: String, description: String) throws {
    #expect(try failure(text.utf8) == description)
  }

  @Test(
    "what is not UTF-8 is said with its place",
    arguments: [
      ([0x61, 0x3A, 0x20, 0xFF], "f.yml:1:4: "),
      ([0x61, 0x3A, 0x20, 0x31, 0x0A, 0x62, 0x3A, 0x20, 0xE4, 0x0A], "f.yml:2:4: "),
      // U+FFFD itself is a character like others; the byte after it is not.
      ([0x61, 0x3A, 0x20, 0xEF, 0xBF, 0xBD, 0xC0], "f.yml:1:5: "),
      ([0x61, 0x3A, 0x20, 0xC3], "f.yml:1:4: "),
      ([0xEF, 0xBB, 0xBF, 0x61, 0x3A, 0x80], "f.yml:1:3: "),
      ([0xFF, 0xFE, 0x61, 0x00], "f.yml:1:1: "),
    ] as [([UInt8], String)]
  )
  func notUTF8(bytes: [UInt8], place: String) throws {
    let text = try failure(bytes)
    #expect(text.hasPrefix(place + "this is not UTF-8\n"))
    #expect(text.hasSuffix("\nhint: save the file as UTF-8"))
  }

  @Test(
    "a shown line never contains a secret",
    arguments: [
      "password: hunter2\npassword: hunter2\n",
      "env: {password: hunter2, a: 1, a: 2}\n",
      "env:\n  auth:\n    name: hunter2\n    name: x\n",
      "env:\n  \"db_password\": hunter2\n  'db_password' : hunter2\n",
      "password: |\n  hunter2\n\tx: y\n",
      "password: \"hunter2\n",
      "auth:\n- hunter2: 1\n  hunter2: 2\n",
      "password: {a: hunter2, a: hunter2}",
      "- password: hunter2: x",
      "a: {x: !env_os db_password=hunter2, x: 1}",
      "{password:\nhunter2, a: 1, a: 2}",
      "{password:\n# why\n\nhunter2, a: 1, a: 2}",
      "{password: [1,\nhunter2], a: 1, a: 2}",
      "{password:\n\"hunter2",
      "{password:\n- hunter2}",
      "x: &x hunter2\npassword: *x\ny: hunter2: 1\n",
      "password: hunter2\n\"hunter2\": 1\n'hunter2': 2\n",
    ]
  )
  func secretsInLines(text: String) throws {
    let shown = try failure(text.utf8)
    let lines = shown.split(separator: "\n").dropFirst()
    #expect(!lines.joined().contains("hunter2"), "\(shown)")
  }

  @Test(
    "what was read as a secret is masked in messages, too, but no name that leads to it",
    arguments: [
      ("password: hunter2\nhunter2: 1\nhunter2: 2", "'••••' on line 3 is already there on line 2"),
      ("x: &x hunter2\npassword: *x\na: *hunter2", "there is no anchor &•••• before this"),
      ("password: !env hunter2\na: *hunter2", "there is no anchor &hunter2 before this"),
      ("password: yes\na: *yes", "there is no anchor &yes before this"),
      ("password: ab\na: *ab", "there is no anchor &ab before this"),
      ("auth: {hunter2: secret}\na: *hunter2", "there is no anchor &hunter2 before this"),
      ("auth: |\n  one\n  two\na: *two", "there is no anchor &•••• before this"),
    ]
  )
  func secretsInMessages(text: String, message: String) throws {
    let first = try failure(text.utf8).prefix { $0 != "\n" }
    #expect(first.hasSuffix(": " + message))
  }
}
