"""The server does what its OpenAPI document says, and nothing else, whoever
calls: schemathesis with all its checks, data that is allowed and data that is
not, and calls that follow from each other."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import server

HERE = Path(__file__).parent
SECONDS = int(os.environ.get("LECTERN_CONTRACT_SECONDS", "12"))
SEEDS = [int(seed) for seed in os.environ.get("LECTERN_CONTRACT_SEEDS", "1").split(",")]
# A run that does not end by itself is a failure too.
GRACE = 240
# Runs at once.
ABREAST = 2
# People by id and name, and what the command that makes their tokens is told.
PEOPLE = {
    "student": ("jonas", "Jonas Weber"),
    "teacher": ("ines", "Inês Carvalho"),
    "admin": ("ada", "Ada", "--role", "admin"),
}
# A server of the platform, whose key has every scope, is a caller like they are.
CALLERS = [*PEOPLE, "service"]
# What schemathesis does, one after the other, and how much of the time it gets.
PHASES = {"examples,coverage": 2, "fuzzing": 1, "stateful": 1}
# Nobody is to wait: what is tried is the contract, not the limit.
UNLIMITED = {
    "LECTERN_RATE_LIMIT_PER_SECOND": "1000000",
    "LECTERN_RATE_LIMIT_BURST": "1000000",
    "LECTERN_LOG": "warn",
}
RUNS = [(caller, phase, seed) for seed in SEEDS for phase in PHASES for caller in CALLERS]


@pytest.fixture(scope="module")
def runs(request):
    """The runs that are asked for, some abreast, each as it will be."""
    cases = [item.callspec.params for item in request.session.items]
    asked = [(case["caller"], case["phase"], case["seed"]) for case in cases]
    with server.running(**UNLIMITED) as api, ThreadPoolExecutor(ABREAST) as pool:
        tokens = {caller: api.token(*person) for caller, person in PEOPLE.items()}
        # People to meet.
        for token in tokens.values():
            api.request("GET", "/api/me", token)
        key = {"name": "contract", "scopes": scopes(api)}
        key = api.request("POST", "/api/admin/api-keys", tokens["admin"], key)
        tokens["service"] = key["key"]
        yield {run: pool.submit(schemathesis, api, tokens[run[0]], *run) for run in asked}


def scopes(api):
    """Every scope that the document knows."""
    document = api.request("GET", "/api/openapi.json", "none")
    return document["components"]["schemas"]["ApiKeyScope"]["enum"]


def schemathesis(api, token, caller, phase, seed):
    # All checks are on unless the configuration says otherwise: naming them here
    # would overrule it.
    command = [
        Path(sys.executable).with_name("st"),
        f"--config-file={HERE / 'schemathesis.toml'}",
        "run",
        f"{api.api}/api/openapi.json",
        f"--header=Authorization: Bearer {token}",
        "--mode=all",
        f"--phases={phase}",
        f"--seed={10 * seed + CALLERS.index(caller)}",
        f"--max-time={SECONDS * PHASES[phase]}",
        "--request-timeout=30",
        "--continue-on-failure",
        "--no-color",
    ]
    environment = os.environ | {
        "SCHEMATHESIS_HOOKS": str(HERE / "words.py"),
        "LECTERN_CONTRACT_CALLER": PEOPLE.get(caller, ("service",))[0],
    }
    return subprocess.run(
        command,
        cwd=api.folder,
        env=environment,
        timeout=SECONDS * PHASES[phase] + GRACE,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("caller,phase,seed", RUNS)
def test_the_document_is_kept(runs, caller, phase, seed):
    done = runs[caller, phase, seed].result()
    # A body of thousands of items is in one line.
    print("\n".join(line[:1_000] for line in done.stdout.splitlines()), done.stderr[-5_000:])
    assert done.returncode == 0, f"{phase} as {caller}, with seed {seed}"
