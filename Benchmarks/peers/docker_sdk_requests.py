"""Asks an engine for a container's details with the docker SDK, one request after another: BASE-URL COUNT."""

import sys
import time

import docker

client = docker.APIClient(base_url=sys.argv[1], version="auto")
count = int(sys.argv[2])
client.inspect_container("tools")
start = time.monotonic()
for _ in range(count):
    client.inspect_container("tools")
print(f"rate={count / (time.monotonic() - start)}")
