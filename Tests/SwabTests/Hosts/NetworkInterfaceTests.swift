import Testing

@testable import Swab

@Suite("network interfaces of hosts")
struct NetworkInterfaceTests {
  @Test("are read from what ip prints in JSON")
  func json() {
    let interfaces = NetworkInterface.list(
      """
      [{"ifindex":1,"ifname":"lo","flags":["LOOPBACK"],"addr_info":[
         {"family":"inet","local":"127.0.0.1","prefixlen":8,"scope":"host"},
         {"family":"inet6","local":"::1","prefixlen":128,"scope":"host"}]},
       {},
       {"ifindex":2,"ifname":"eth0","addr_info":[
         {"family":"inet","local":"192.0.2.7","prefixlen":24,"scope":"global"},
         {"family":"inet","local":"192.0.2.8","prefixlen":24,"scope":"global","secondary":true},
         {"family":"inet6","local":"fe80::1","prefixlen":64,"scope":"link"},
         {"family":"inet6","local":"2001:db8::7","prefixlen":64,"scope":"global"},
         {"family":"inet6","local":"2001:db8::8","prefixlen":64,"scope":"global"}]},
       {"ifindex":3,"ifname":"docker0","addr_info":[]}]
      """
    )
    #expect(interfaces.map(\.name) == ["lo", "eth0", "docker0"])
    #expect(interfaces.map(\.ipv4) == [["127.0.0.1"], ["192.0.2.7", "192.0.2.8"], []])
    #expect(interfaces[0].ipv6 == ["::1"])
    #expect(interfaces[1].ipv6 == ["2001:db8::7", "2001:db8::8", "fe80::1"])
  }

  @Test("are read from what small hosts print")
  func plain() {
    let interfaces = NetworkInterface.list(
      """
      1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue qlen 1000
          link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
          inet 127.0.0.1/8 scope host lo
             valid_lft forever preferred_lft forever
          inet6 ::1/128 scope host
             valid_lft forever preferred_lft forever
      7: eth0@if8: <BROADCAST,MULTICAST,UP,LOWER_UP,M-DOWN> mtu 1500 qdisc noqueue
          link/ether 02:42:ac:11:00:02 brd ff:ff:ff:ff:ff:ff
          inet 172.17.0.2/16 brd 172.17.255.255 scope global eth0
             valid_lft forever preferred_lft forever
          inet6 fe80::42:acff:fe11:2/64 scope link
             valid_lft forever preferred_lft forever
          inet6 2001:db8::2/64 scope global
             valid_lft forever preferred_lft forever
      9: tun0: <POINTOPOINT> mtu 1500
          inet 10.8.0.1 peer 10.8.0.2/32 scope global tun0
      """
    )
    #expect(interfaces.map(\.name) == ["lo", "eth0", "tun0"])
    #expect(interfaces.map(\.ipv4) == [["127.0.0.1"], ["172.17.0.2"], ["10.8.0.1"]])
    #expect(interfaces[1].ipv6 == ["2001:db8::2", "fe80::42:acff:fe11:2"])
    #expect(NetworkInterface.list("").isEmpty && NetworkInterface.list("[oh").isEmpty)
  }

  @Test(
    "are read from what ip prints in lines, and both ages of ifconfig",
    arguments: [
      """
      3: docker0: <UP> mtu 1500
          inet 172.17.0.1/16 brd 172.17.255.255 scope global docker0
          inet6 fe80::42:1/64 scope link
          inet6 2001:db8::1/64 scope global
      """,
      """
      docker0: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500
              inet 172.17.0.1  netmask 255.255.0.0  broadcast 172.17.255.255
              inet6 fe80::42:1%docker0  prefixlen 64  scopeid 0x20<link>
              inet6 2001:db8::1  prefixlen 64  scopeid 0x0<global>
      """,
      """
      docker0   Link encap:Ethernet  HWaddr 02:42:00:00:00:01
                inet addr:172.17.0.1  Bcast:172.17.255.255  Mask:255.255.0.0
                inet6 addr: fe80::42:1/64 Scope:Link
                inet6 addr: 2001:db8::1/64 Scope:Global
      """,
    ]
  )
  func forms(_ text: String) {
    let interfaces = NetworkInterface.list(text)
    #expect(interfaces.map(\.name) == ["docker0"])
    #expect(interfaces.first?.ipv4 == ["172.17.0.1"])
    #expect(interfaces.first?.ipv6 == ["2001:db8::1", "fe80::42:1"])
  }

  @Test(
    "have addresses that can be written in full",
    arguments: [
      ("::1", "0000:0000:0000:0000:0000:0000:0000:0001"),
      ("::", "0000:0000:0000:0000:0000:0000:0000:0000"),
      ("1::", "0001:0000:0000:0000:0000:0000:0000:0000"),
      ("2001:db8::7", "2001:0db8:0000:0000:0000:0000:0000:0007"),
      ("fe80::1%eth0", "fe80:0000:0000:0000:0000:0000:0000:0001"),
      ("1:2:3:4:5:6:7:8", "0001:0002:0003:0004:0005:0006:0007:0008"),
      ("::ffff:192.0.2.1", "0000:0000:0000:0000:0000:ffff:c000:0201"),
      ("192.0.2.1", nil), ("1:2", nil), ("", nil), ("x", nil),
    ] as [(String, String?)]
  )
  func expanded(_ address: String, _ full: String?) {
    #expect(NetworkInterface.expanded(address) == full)
  }
}

@Suite("users of hosts")
struct UserOptionTests {
  @Test(
    "are added by one command",
    arguments: [
      (UserOptions(), "useradd -M -s /bin/false app"),
      (
        UserOptions(id: 7, groups: ["adm", "www data"], isSystem: true, comment: "it's"),
        #"useradd -u 7 -G 'adm,www data' -r -c 'it'\''s' -M -s /bin/false app"#
      ),
      (UserOptions(allowsLogin: true), "useradd -m -s /bin/sh app"),
    ]
  )
  func useradd(_ options: UserOptions, _ command: String) {
    #expect(options.useradd("app") == command)
  }
}
