/// What is known of the keywords of ssh_config.
enum SSHConfigurationKeyword {
  /// What is wrong with a line whose keyword has a meaning here; `nil` if nothing is.
  static func problem(with directive: SSHConfiguration.Directive) -> String? {
    guard let value = directive.arguments.first else { return nil }
    switch directive.keyword {
    case "port": return port(value) == nil ? "Port is not a port: \(value)" : nil
    case "identitiesonly", "hashknownhosts":
      return flag(value) == nil ? "\(directive.keyword) is neither yes nor no: \(value)" : nil
    case "stricthostkeychecking":
      return HostKeyPolicy(configured: value) == nil
        ? "StrictHostKeyChecking is none of yes, no, ask, accept-new: \(value)" : nil
    case "connecttimeout", "serveraliveinterval":
      return value == "none" || duration(value) != nil
        ? nil : "\(directive.keyword) is not a time: \(value)"
    case "serveralivecountmax":
      return Int(value).map { $0 < 0 } ?? true
        ? "ServerAliveCountMax is not a number: \(value)" : nil
    default: return nil
    }
  }

  static func port(_ text: String) -> Int? {
    guard let port = Int(text), (1...65535).contains(port) else { return nil }
    return port
  }

  static func flag(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "yes", "true": true
    case "no", "false": false
    default: nil
    }
  }

  /// A time as ssh_config has it: seconds, or a sum like 1h30m.
  static func duration(_ text: String) -> Duration? {
    let factors: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604_800]
    var (total, digits) = (0, "")
    for character in text.lowercased() {
      if character.isASCII, character.isNumber {
        digits.append(character)
        continue
      }
      guard let factor = factors[character], let number = Int(digits), number < 1 << 30 else {
        return nil
      }
      total += number * factor
      digits = ""
    }
    guard !text.isEmpty, let rest = digits.isEmpty ? 0 : Int(digits), rest < 1 << 30 else {
      return nil
    }
    return .seconds(total + rest)
  }

  /// What to say about a line that has no effect here, where somebody could count on it.
  static func warning(for directive: SSHConfiguration.Directive) -> String? {
    let keyword = directive.keyword
    if let (name, harmless) = ofNote[keyword] {
      let value = directive.arguments.first?.lowercased()
      guard !harmless.contains(where: { $0 == value }) else { return nil }
      return "\(name) is not supported and has no effect"
    }
    let isKnown = understood.contains(keyword) || withoutEffect.contains(keyword)
    return isKnown ? nil : "no keyword of ssh_config is called \(keyword)"
  }

  static let understood: Set<String> = [
    "hostname", "port", "user", "identityfile", "identitiesonly", "identityagent",
    "userknownhostsfile", "globalknownhostsfile", "stricthostkeychecking", "hashknownhosts",
    "hostkeyalias", "connecttimeout", "serveraliveinterval", "serveralivecountmax",
  ]

  /// Keywords that change whom we talk to and how, with the values that ask for nothing.
  private static let ofNote: [String: (name: String, harmless: [String])] = [
    "proxyjump": ("ProxyJump", ["none"]),
    "proxycommand": ("ProxyCommand", ["none"]),
    "forwardagent": ("ForwardAgent", ["no"]),
    "certificatefile": ("CertificateFile", []),
    "knownhostscommand": ("KnownHostsCommand", ["none"]),
    "revokedhostkeys": ("RevokedHostKeys", ["none"]),
    "canonicalizehostname": ("CanonicalizeHostname", ["no", "none"]),
    "addressfamily": ("AddressFamily", ["any"]),
    "bindaddress": ("BindAddress", []),
    "bindinterface": ("BindInterface", []),
    "ciphers": ("Ciphers", []),
    "macs": ("MACs", []),
    "kexalgorithms": ("KexAlgorithms", []),
    "hostkeyalgorithms": ("HostKeyAlgorithms", []),
    "pubkeyacceptedalgorithms": ("PubkeyAcceptedAlgorithms", []),
    "pubkeyacceptedkeytypes": ("PubkeyAcceptedKeyTypes", []),
    "preferredauthentications": ("PreferredAuthentications", []),
    "pubkeyauthentication": ("PubkeyAuthentication", ["yes"]),
    "passwordauthentication": ("PasswordAuthentication", ["yes"]),
    "pkcs11provider": ("PKCS11Provider", ["none"]),
    "remotecommand": ("RemoteCommand", ["none"]),
    "setenv": ("SetEnv", []),
    "verifyhostkeydns": ("VerifyHostKeyDNS", ["no"]),
  ]

  /// Keywords that nobody misses here: they concern ssh's own terminal, forwards and multiplexing.
  private static let withoutEffect: Set<String> = [
    "addkeystoagent", "batchmode", "canonicaldomains", "canonicalizefallbacklocal",
    "canonicalizemaxdots", "canonicalizepermittedcnames", "casignaturealgorithms",
    "challengeresponseauthentication", "channeltimeout", "checkhostip", "clearallforwardings",
    "compression", "connectionattempts", "controlmaster", "controlpath", "controlpersist",
    "dynamicforward", "enableescapecommandline", "enablesshkeysign", "escapechar",
    "exitonforwardfailure", "fingerprinthash", "forkafterauthentication", "forwardx11",
    "forwardx11timeout", "forwardx11trusted", "gatewayports", "gssapiauthentication",
    "gssapidelegatecredentials", "gssapiclientidentity", "gssapikeyexchange",
    "gssapikexalgorithms", "gssapirenewalforcesrekey", "gssapiserveridentity", "gssapitrustdns",
    "hostbasedacceptedalgorithms", "hostbasedauthentication", "hostbasedkeytypes",
    "ignoreunknown", "ipqos", "kbdinteractiveauthentication", "kbdinteractivedevices",
    "localcommand", "localforward", "loglevel", "logverbose", "nohostauthenticationforlocalhost",
    "numberofpasswordprompts", "obscurekeystroketiming", "permitlocalcommand", "permitremoteopen",
    "protocol", "proxyusefdpass", "rekeylimit", "remoteforward", "requesttty", "requiredrsasize",
    "rhostsrsaauthentication", "rsaauthentication", "securitykeyprovider", "sendenv",
    "sessiontype", "stdinnull", "streamlocalbindmask", "streamlocalbindunlink", "syslogfacility",
    "tag", "tcpkeepalive", "tunnel", "tunneldevice", "updatehostkeys", "usekeychain",
    "useprivilegedport", "versionaddendum", "visualhostkey", "xauthlocation",
  ]
}
