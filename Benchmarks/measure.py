"""Measures a command with all the processes it starts: CPU, peak memory, wall time."""

import ctypes
import json
import os
import signal
import time

PR_SET_CHILD_SUBREAPER = 36


class Measurement:
    """One run of a command."""

    def __init__(self, status, wall, cpu, peak, output):
        self.status = status
        self.wall = wall  # seconds
        self.cpu = cpu  # seconds, user and system
        self.peak = peak  # bytes: the largest sum of the processes' proportional set sizes
        self.output = output
        self.figure = None  # what the program says of itself, where that is read


def measure(command, cwd=None, env=None, output="/dev/null", timeout=300, interval=0.05):
    """Runs a command to its end, all processes that it started included.

    Where it takes longer than `timeout` seconds its processes are ended and the status is None.
    """
    reader, writer = os.pipe()
    supervisor = os.fork()
    if supervisor == 0:
        os.close(reader)
        _supervise(command, cwd, env, output, writer)
    os.close(writer)
    start = time.monotonic()
    deadline = start + timeout
    peak, timed_out = 0, False
    os.set_blocking(reader, False)
    while True:
        report = _read(reader)
        if report is not None:
            break
        tree = _descendants(supervisor)
        peak = max(peak, sum(_proportional_set_size(process) for process in tree))
        if time.monotonic() > deadline:
            timed_out = True
            for process in tree:
                _kill(process)
        # Looking costs CPU, too; what runs for long is looked at less often after a while.
        time.sleep(interval if time.monotonic() < start + 10 else 10 * interval)
    os.close(reader)
    os.waitpid(supervisor, 0)
    status, wall, cpu = json.loads(report)
    return Measurement(None if timed_out else status, wall, cpu, peak, output)


def _supervise(command, cwd, env, output, writer):
    # What loses its parent comes to us, so that its CPU time is counted, too.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    start = time.monotonic()
    child = os.fork()
    if child == 0:
        try:
            os.close(writer)
            log = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
            os.dup2(log, 1)
            os.dup2(log, 2)
            if cwd:
                os.chdir(cwd)
            os.execvpe(command[0], command, {**os.environ, **(env or {})})
        finally:
            os._exit(127)
    cpu, status, wall = 0.0, None, 0.0
    while True:
        try:
            process, code, usage = os.wait4(-1, 0)
        except ChildProcessError:
            break
        cpu += usage.ru_utime + usage.ru_stime
        if process == child:
            status = os.waitstatus_to_exitcode(code)
            wall = time.monotonic() - start
    os.write(writer, json.dumps([status, wall, cpu]).encode())
    os._exit(0)


def _read(descriptor):
    try:
        return os.read(descriptor, 4096).decode()
    except BlockingIOError:
        return None


def _descendants(root):
    children = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat") as file:
                    parent = int(file.read().rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue
            children.setdefault(parent, []).append(int(name))
    found, pending = [], [root]
    while pending:
        for child in children.get(pending.pop(), []):
            found.append(child)
            pending.append(child)
    return found


def _proportional_set_size(process):
    try:
        with open(f"/proc/{process}/smaps_rollup") as file:
            for line in file:
                if line.startswith("Pss:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def _kill(process):
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        pass
