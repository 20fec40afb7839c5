"""`commerce-bridge sandbox NAME`: a platform's understudy on a local port."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from commerce_bridge.sandbox.registry import names

CLOCKS = ("wall", "virtual")
SEEDS = ("demo", "empty")


def add_parser(subparsers: Any) -> None:
    """Add the command to what `ArgumentParser.add_subparsers` gave."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "sandbox",
        help="serve a platform's understudy on a local port",
        description=(
            "Serves a sandbox on the loopback interface until it is interrupted. When it listens it prints one "
            "line of JSON: sandbox, base_url, credentials, control_url, clock. The credentials are the keyword "
            "arguments of the platform's client."
        ),
    )
    parser.add_argument("name", choices=names(), metavar="NAME", help=f"one of: {', '.join(names())}")
    parser.add_argument("--port", type=_port, default=0, metavar="N", help="0 (default) picks a free one")
    parser.add_argument("--seed", choices=SEEDS, default="demo", help="sample records, or none")
    parser.add_argument(
        "--clock",
        choices=CLOCKS,
        default="wall",
        help="a virtual clock stands still until POST {control_url}/advance moves it",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM.

    Returns:
        0 after a clean end, 1 when the port cannot be had.

    Raises:
        MissingExtra: The packages of the extra `sandbox` are not installed.
    """
    from commerce_bridge.sandbox.server import serve  # the server's packages are an extra

    try:
        serve(args.name, port=args.port, seed=args.seed, clock=args.clock)
    except OSError as error:
        print(f"Port {args.port} cannot be had: {error.strerror or error}. Try --port 0.", file=sys.stderr)
        return 1
    return 0


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: 0 to 65535")
    return int(text)
