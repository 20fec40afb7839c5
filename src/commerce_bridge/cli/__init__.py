"""The command `commerce-bridge`: what a person types."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from commerce_bridge.cli import codes

DESCRIPTION = "Brings a publisher's titles to a store, with a plan to read before and a receipt after."

EPILOG = f"""\
exit codes:
  {codes.DONE}  done, nothing needs a person
  {codes.FAILED}  failed; what was done is kept, and running again goes on from there
  {codes.USAGE}  the command or its configuration is wrong
  {codes.NEEDS_PERSON}  done, but records need a person: see work-items
  {codes.STOPPED}  stopped before anything was written, because the change is larger than allowed
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: What was typed after the command's name; the process's own unless given.

    Returns:
        The exit code.
    """
    from commerce_bridge.errors import BridgeError, SafetyStop

    args = _parser().parse_args(arguments)
    try:
        code: int = args.run(args)
    except SafetyStop as error:
        print(f"Stopped: {error}", file=sys.stderr)
        return codes.STOPPED
    except BridgeError as error:
        print(f"Failed: {error}", file=sys.stderr)
        return codes.FAILED
    except codes.UsageError as error:
        print(f"{error}", file=sys.stderr)
        return codes.USAGE
    except KeyboardInterrupt:
        print("Interrupted: what was done is kept; run again to go on.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        return codes.FAILED
    return code


def _parser() -> argparse.ArgumentParser:
    from commerce_bridge.cli import demo, run, sandbox

    parser = argparse.ArgumentParser(
        prog="commerce-bridge",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands: Any = parser.add_subparsers(required=True, metavar="COMMAND")
    demo.add_parser(commands)
    run.add_parsers(commands)
    sandbox.add_parser(commands)
    return parser
