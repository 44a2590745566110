"""The server does what its OpenAPI document says, and nothing else, whoever
calls: schemathesis with its checks, data that is allowed and data that is
not, and calls that follow from each other."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import server

SECONDS = int(os.environ.get("LECTERN_CONTRACT_SECONDS", "25"))
SEEDS = os.environ.get("LECTERN_CONTRACT_SEEDS", "1").split(",")
# A run that does not end by itself is a failure too.
GRACE = 240
CALLERS = {
    "student": ("jonas", "Jonas Weber"),
    "teacher": ("ines", "Inês Carvalho"),
    "admin": ("ada", "Ada", "--role", "admin"),
}
# Nobody is to wait: what is tried is the contract, not the limit.
UNLIMITED = {
    "LECTERN_RATE_LIMIT_PER_SECOND": "1000000",
    "LECTERN_RATE_LIMIT_BURST": "1000000",
    "LECTERN_LOG": "warn",
}


@pytest.fixture(scope="module")
def api():
    with server.running(**UNLIMITED) as running:
        # People to meet, and a lesson to talk about.
        for person in CALLERS.values():
            running.request("GET", "/api/me", running.token(*person))
        yield running


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("caller", CALLERS)
def test_the_document_is_kept(api, caller, seed, tmp_path):
    command = [
        Path(sys.executable).with_name("st"),
        f"--config-file={Path(__file__).with_name('schemathesis.toml')}",
        "run",
        f"{api.api}/api/openapi.json",
        f"--header=Authorization: Bearer {api.token(*CALLERS[caller])}",
        "--checks=all",
        "--mode=all",
        f"--seed={seed}",
        f"--max-time={SECONDS}",
        "--request-timeout=30",
        "--continue-on-failure",
        "--no-color",
    ]
    done = subprocess.run(
        command, cwd=tmp_path, timeout=SECONDS + GRACE, capture_output=True, text=True
    )
    print(done.stdout[-20_000:], done.stderr[-5_000:])
    assert done.returncode == 0, f"as {caller}, with seed {seed}"
