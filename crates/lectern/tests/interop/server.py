"""The real binary, with a database of its own, on ports that are free."""

import contextlib
import json
import os
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

BINARY = os.environ["LECTERN_BIN"]
READY_SECONDS = 120


class Server:
    """A running server."""

    def __init__(self, folder, process, ready):
        self.folder = folder
        self.process = process
        self.api = ready["api"]
        self.metrics = ready["metrics"]

    def token(self, user, name, *more):
        """The platform's token of a user; `more` goes to the command."""
        command = [BINARY, "token", "--sub", user, "--name", name, *more]
        done = subprocess.run(
            command, env=environment(self.folder), check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def request(self, method, path, token, body=None):
        """One request of the API; fails unless it succeeds."""
        request = urllib.request.Request(self.api + path, method=method)
        request.add_header("authorization", f"Bearer {token}")
        data = None
        if body is not None:
            request.add_header("content-type", "application/json")
            data = json.dumps(body).encode()
        try:
            with urllib.request.urlopen(request, data=data) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.code} {error.read().decode()}") from None


def environment(folder):
    """What the binary is told. Nothing of the caller's own settings counts."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("LECTERN_")}
    own.pop("DATABASE_URL", None)
    kept = {name: value for name, value in os.environ.items() if name.startswith("LECTERN_POSTGRES")}
    return own | kept | {
        "LECTERN_DATA_DIR": str(folder / "data"),
        "LECTERN_LISTEN": "127.0.0.1:0",
        "LECTERN_METRICS_LISTEN": "127.0.0.1:0",
        "LECTERN_MEDIA_LISTEN": "0.0.0.0:0",
        "LECTERN_MEDIA_ADVERTISE": own_address(),
        "LECTERN_AUTH_SECRET": "a secret of these tests that is long enough",
    }


def own_address():
    """This machine's address. aiortc gathers no loopback candidates."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Connecting a datagram socket sends nothing.
            probe.connect(("192.0.2.1", 9))
            return probe.getsockname()[0]
        except OSError:
            raise AssertionError("this machine has no network address but loopback") from None


@contextlib.contextmanager
def running(**settings):
    """Starts the binary with more settings, and stops it as an operator would."""
    with tempfile.TemporaryDirectory(prefix="lectern-interop-") as name:
        folder = Path(name)
        ready = folder / "ready.json"
        log = folder / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [BINARY, "serve", "--ready-file", str(ready)],
                env=environment(folder) | settings,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            yield Server(folder, process, wait_for(ready, process))
            process.terminate()
            assert process.wait(timeout=60) == 0, "the server ends well"
        except BaseException:
            print(log.read_text(errors="replace")[-20_000:])
            raise
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()


def wait_for(ready, process):
    deadline = time.monotonic() + READY_SECONDS
    while not ready.exists():
        assert process.poll() is None, f"the server ended with {process.returncode}"
        assert time.monotonic() < deadline, "the server is not ready"
        time.sleep(0.05)
    return json.loads(ready.read_text())
