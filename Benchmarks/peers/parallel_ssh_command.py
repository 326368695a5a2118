"""Runs one command on many hosts with parallel-ssh: HOSTS-FILE PORT KEY COMMAND."""

import sys

from pssh.clients import ParallelSSHClient

hosts_file, port, key, command = sys.argv[1:]
with open(hosts_file) as file:
    hosts = file.read().split()
client = ParallelSSHClient(
    hosts,
    user="root",
    port=int(port),
    pkey=key,
    pool_size=64,
    allow_agent=False,
    num_retries=3,
    timeout=120,
)
output = client.run_command(command)
client.join(output)
failed = [host.host for host in output if host.exit_code != 0]
print(f"{len(output) - len(failed)} ok, {len(failed)} failed")
sys.exit(1 if failed else 0)
