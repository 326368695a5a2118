"""A command on many hosts, starting, and compiling fabfiles."""

import re
import time
from statistics import median

from harness import (
    BENCH, IN_FLIGHT, ROOT, SAMPLE, Case, addresses, cpu, in_turn, judged, ratio, table, wall,
    write_fabfile,
)


def command(bench):
    folder = BENCH / "command"
    write_fabfile(folder, bench.server, SAMPLE)
    bench.prepare(folder)
    python = BENCH / "pssh" / "bin" / "python"
    script = ROOT / "Benchmarks" / "peers" / "parallel_ssh_command.py"
    cases = []
    for count in (200, 1000):
        hosts = BENCH / f"hosts{count}"
        hosts.write_text("\n".join(addresses(count)) + "\n")
        cases += [
            bench.swab(f"swab, {count} hosts", folder, "run", "-P", "-z", IN_FLIGHT, "-H",
                       ",".join(addresses(count)), "--", "true", units=count),
            Case(f"parallel-ssh, {count} hosts",
                 [python, script, hosts, bench.server.port, bench.server.key, "true"], count),
        ]
    cases = bench.with_swab(cases)
    in_turn(cases, bench.options.rounds)
    notes = []
    if not bench.options.no_swab:
        small, peer_small, large, peer_large = cases
        for one, peer, count in [(small, peer_small, 200), (large, peer_large, 1000)]:
            notes.append((f"client CPU on {count} hosts against parallel-ssh",
                          ratio(one, peer, cpu), 0.6))
        per_host = ratio(large, small, cpu)
        notes.append(("CPU per host, 1,000 hosts against 200",
                      per_host / 5 if per_host else None, 1.25))
        if large.runs:
            limit = 40 + 1000 * 120 / 1024
            peak = median(one.peak for one in large.runs) / 2**20
            notes.append(("peak memory on 1,000 hosts against 40 MiB + 120 KiB per connection",
                          peak / limit, 1))
    head = ["`true`, 64 in flight", "client CPU per host, ms", "wall, s", "peak memory, MiB",
            "rounds"]
    return table(head, cases) + judged(notes)


def start(bench):
    folder = BENCH / "start"
    write_fabfile(folder, bench.server, SAMPLE)
    bench.prepare(folder)
    environment = {"BENCH_KEY": str(bench.server.key), "BENCH_DOCKER": "", "BENCH_PORT": "22024",
                   "PYTHONDONTWRITEBYTECODE": "1"}
    cases = [
        bench.swab("swab list, unchanged fabfile", folder, "list"),
        bench.swab("swab --version", folder, "--version"),
        Case("fab --list (Fabric3 with Docker-Fabric)",
             [BENCH / "dockerfabric" / "bin" / "fab", "-f",
              ROOT / "Benchmarks" / "peers" / "docker_fabric" / "fabfile.py", "--list"],
             env=environment),
    ]
    cases = bench.with_swab(cases)
    in_turn(cases, bench.options.rounds * 4)
    notes = []
    if not bench.options.no_swab and cases[0].runs:
        notes = [("swab list, seconds", median(map(wall, cases[0].runs)), 0.03)]
    return table(["start", "client CPU, ms", "wall, s", "peak memory, MiB", "rounds"],
                 cases) + judged(notes)


def compile(bench):
    if bench.options.no_swab:
        return ""
    cases = []
    for name, source in [("the sample fabfile", SAMPLE), ("40 task functions", many_tasks(40)),
                         ("150 task functions", many_tasks(150))]:
        folder = BENCH / f"compile-{len(cases)}"
        write_fabfile(folder, bench.server, source)
        bench.prepare(folder)
        cases.append(bench.swab(f"{name}, changed", folder, "list",
                                before=lambda folder=folder: change(folder)))
    in_turn(cases, bench.options.rounds)
    walls = [median(map(wall, case.runs)) if case.runs else None for case in cases]
    notes = [("the sample fabfile compiled and started, seconds", walls[0], 1),
             ("40 task functions, seconds", walls[1], 1.5)]
    if walls[1] and walls[2]:
        notes.append(("150 task functions against 40", walls[2] / walls[1], 4))
    return table(["compile and start", "CPU, ms", "wall, s", "peak memory, MiB", "rounds"],
                 cases) + judged(notes)


def many_tasks(count):
    """A fabfile of `count` task functions of ten lines."""
    tasks = [f'  task("task{i}", "Task number {i}", task{i})' for i in range(count)]
    functions = [f"""
func task{i}(host: Host) async throws -> String {{
  let kernel = try await host.run("uname -r").stdout
  let result = try await host.run("cat /proc/loadavg")
  guard result.succeeded else {{
    warn("no load on \\(kernel)")
    return ""
  }}
  let load = result.stdout.split(separator: " ").first.map(String.init) ?? ""
  puts("\\(kernel): \\(load) after {i}")
  return load
}}""" for i in range(count)]
    head = ["import Swab", "", "let fabfile = Fabfile {"]
    return "\n".join([*head, *tasks, "}", *functions, ""])


def change(folder):
    file = folder / "Fabfile.swift"
    text = re.sub(r"// changed .*\n", "", file.read_text())
    file.write_text(text + f"// changed {time.time_ns()}\n")
