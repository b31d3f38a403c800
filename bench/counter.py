"""The team's counter: seconds until it answers, memory, what it imports, what its pages weigh and take.

python -m bench.counter HOME
"""

from __future__ import annotations

import gzip
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

PROJECT = Path(__file__).resolve().parent.parent
PAGES = ("/", "/deposit", "/refresh", "/editions", "/tables", "/review", "/review/names", "/journal")
TIMES = 5
IMPORTED = "import sys, json, orchestration.counter.serving; print(json.dumps(sorted({m.partition('.')[0] for m in sys.modules})))"


def memory(pid: int) -> str:
    """Return the resident memory of a process, now and at its peak, in MB."""
    said = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    now, peak = (int(re.search(rf"{name}:\s+(\d+)", said)[1]) // 1024 for name in ("VmRSS", "VmHWM"))  # type: ignore[index]
    return f"{now} MB, {peak} MB at its peak"


def processor(pid: int) -> float:
    """Return the seconds of processor that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def fetched(address: str) -> tuple[bytes, float]:
    """Return what an address answers, and the seconds that it took."""
    began = time.perf_counter()
    with urlopen(address) as answer:  # noqa: S310 - our own, on this machine
        body = answer.read()
    return body, time.perf_counter() - began


def main() -> None:
    """Start the counter of a home, ask for each page, and say what it cost."""
    home = Path(sys.argv[1]).resolve()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    began = time.perf_counter()
    command = [sys.executable, "-m", "orchestration.cli", "counter", "--home", str(home), "--port", str(port)]
    process = subprocess.Popen(command, cwd=PROJECT, stderr=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{port}"
    try:
        while True:
            try:
                fetched(f"{base}/alive")
                break
            except OSError:
                if process.poll() is not None:
                    raise SystemExit("the counter did not start") from None
                time.sleep(0.05)
        seconds, used = time.perf_counter() - began, processor(process.pid)
        print(f"answers after {seconds:.1f} s, {used:.1f} s of processor, load {os.getloadavg()[0]:.0f}")
        print(f"memory: {memory(process.pid)}")
        files: set[str] = set()
        for page in PAGES:
            body, first = fetched(base + page)
            again = statistics.median(fetched(base + page)[1] for _ in range(TIMES))
            files |= set(re.findall(r'(?:href|src)="(/static/[^"]+)"', body.decode()))
            packed = len(gzip.compress(body)) / 1000
            print(
                f"{page:14} {len(body) / 1000:5.1f} kB ({packed:.1f} packed), first {first:.2f} s, then {again:.3f} s"
            )
        for name in sorted(files):
            print(f"{name} {len(fetched(base + name)[0]) / 1000:.1f} kB, once")
        print(f"memory after that: {memory(process.pid)}")
    finally:
        process.terminate()
        process.wait(20)
    done = subprocess.run([sys.executable, "-c", IMPORTED], capture_output=True, text=True, cwd=PROJECT, check=True)
    ours = set(sys.stdlib_module_names)
    packages = [name for name in json.loads(done.stdout) if name not in ours and not name.startswith("_")]
    print(f"imported at start, beside Python's own: {', '.join(packages)}")


if __name__ == "__main__":
    main()
