"""Checks compose files: each key is one that the Compose specification knows, and what a service names is there.

Usage: python compose.py FILE…
"""

import sys
from pathlib import Path

import compose_spec


def main() -> None:
    options = compose_spec.PyOptions(apply_merge=True)
    for name in sys.argv[1:]:
        try:
            options.from_yaml(Path(name).read_text()).validate()
        except ValueError as error:
            sys.exit(f"{name}: {error}")


if __name__ == "__main__":
    main()
