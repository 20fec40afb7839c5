"""The commands of everyday: plan, apply, sync, explain, history, revert, work-items."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from commerce_bridge.cli import codes
from commerce_bridge.cli.config import Config
from commerce_bridge.cli.printing import plan_object, receipt_object
from commerce_bridge.flow.operation import Sync
from commerce_bridge.sync.bridge import Bridge
from commerce_bridge.sync.plans.plan import Plan
from commerce_bridge.sync.plans.receipt import Receipt


def add_parsers(commands: Any) -> None:
    """Add the commands to what `ArgumentParser.add_subparsers` gave."""
    plan = _command(commands, "plan", "show what would change, and why; nothing is written", _plan)
    plan.add_argument("--save", metavar="FILE", help="keep the plan, to be applied later by apply")
    plan.add_argument("--only", nargs="+", metavar="RECORD", help="these records alone: ISBNs or references")
    apply = _command(commands, "apply", "carry a saved plan out", _apply)
    apply.add_argument("file", metavar="FILE", help="a plan saved by plan --save")
    apply.add_argument("--allow", metavar="WHY", help="go on though safety would stop it; the words are kept")
    sync = _command(commands, "sync", "plan and apply at once, with a limit; fit for a scheduler", _sync)
    sync.add_argument(
        "--limit", type=int, default=None, metavar="N", help="stop, writing nothing, above N steps"
    )
    explain = _command(commands, "explain", "say why the fields of a record are what they are", _explain)
    explain.add_argument("record", metavar="RECORD", help="an ISBN, a reference, or a canonical id")
    explain.add_argument(
        "field", nargs="?", metavar="FIELD", help="one field, such as price; all unless given"
    )
    history = _command(commands, "history", "say what was sent of a record, when, and why", _history)
    history.add_argument("record", metavar="RECORD", help="an ISBN, a reference, or a canonical id")
    revert = _command(
        commands, "revert", "show what it takes to set an apply back; nothing is written", _revert
    )
    revert.add_argument(
        "applied", metavar="PLAN", help="the id of the plan that was applied, or how it begins"
    )
    revert.add_argument("--save", metavar="FILE", help="keep the plan, to be carried out by apply")
    _command(commands, "work-items", "list the records that need a person", _work_items)


def _command(
    commands: Any, name: str, text: str, run: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=text, description=f"{text[0].upper()}{text[1:]}."
    )
    parser.add_argument(
        "--config", default="commerce-bridge.toml", metavar="FILE", help="the configuration file"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)
    return parser


@contextmanager
def bridge_of(config: Config, subscribers: tuple[Any, ...] = ()) -> Generator[Bridge[Sync]]:
    """The bridge that a configuration file describes, opened and closed."""
    from commerce_bridge.platforms.bigcommerce.client import BigCommerce

    with ExitStack() as stack:
        store = BigCommerce(
            store_hash=str(config.need("bigcommerce", "store_hash")),
            access_token=config.secret("bigcommerce", "access_token_env", "BIGCOMMERCE_ACCESS_TOKEN"),
            **_base_url(config, "bigcommerce"),
        )
        stack.callback(store.close)
        state = config.file(str(config.table("bridge").get("state", "commerce-bridge.sqlite")))
        if "onix" in config.tables:
            bridge = _from_onix(config, store, state, subscribers)
        else:
            bridge = _from_consonance(config, store, state, subscribers, stack)
        stack.callback(bridge.close)
        yield bridge


@contextmanager
def known_names() -> Generator[None]:
    """Take a name that nobody knows for a mistake of whoever typed it."""
    try:
        yield
    except LookupError as error:
        raise codes.UsageError(str(error.args[0])) from error


def _from_onix(config: Config, store: Any, state: str, subscribers: tuple[Any, ...]) -> Bridge[Sync]:
    from commerce_bridge.bridges.onix_bigcommerce import onix_to_bigcommerce
    from commerce_bridge.platforms.onix.reader import OnixReader

    file = config.file(str(config.need("onix", "file")))
    if not Path(file).is_file():
        raise codes.UsageError(f"{config.path}: [onix] file: there is no {file}.")
    return onix_to_bigcommerce(
        OnixReader(file),
        store,
        sender=str(config.table("onix").get("sender", "file")),
        complete=bool(config.table("onix").get("complete", False)),
        state=state,
        policy=config.policy(),
        subscribers=subscribers,
    )


def _from_consonance(
    config: Config, store: Any, state: str, subscribers: tuple[Any, ...], stack: ExitStack
) -> Bridge[Sync]:
    from commerce_bridge.bridges.consonance_bigcommerce import consonance_to_bigcommerce
    from commerce_bridge.platforms.consonance.client import Consonance

    publisher = Consonance(
        api_key=config.secret("consonance", "api_key_env", "CONSONANCE_API_KEY"),
        **_base_url(config, "consonance"),
    )
    stack.callback(publisher.close)
    return consonance_to_bigcommerce(
        publisher, store, state=state, policy=config.policy(), subscribers=subscribers
    )


def _base_url(config: Config, table: str) -> dict[str, Any]:
    url = config.table(table).get("base_url")
    return {"base_url": str(url)} if url else {}


def _plan(args: argparse.Namespace) -> int:
    from commerce_bridge.cli.progress import progress

    with progress(quiet=args.json) as subscriber, bridge_of(Config.load(args.config), subscriber) as bridge:
        with known_names():
            plan = bridge.plan(args.only)
        if args.save:
            plan.save(args.save)
        _print(args, plan, plan_object(plan))
    return codes.DONE


def _apply(args: argparse.Namespace) -> int:
    from commerce_bridge.cli.progress import progress

    with progress(quiet=args.json) as subscriber, bridge_of(Config.load(args.config), subscriber) as bridge:
        receipt = bridge.apply(_loaded(args.file), allow=args.allow)
        _print(args, receipt, receipt_object(receipt))
    return _code_of(receipt)


def _loaded(file: str) -> Plan:
    if not Path(file).is_file():
        raise codes.UsageError(f"There is no plan {file}: make one with plan --save {file}.")
    return Plan.load(file)


def _sync(args: argparse.Namespace) -> int:
    from commerce_bridge.cli.progress import progress

    with progress(quiet=args.json) as subscriber, bridge_of(Config.load(args.config), subscriber) as bridge:
        receipt = bridge.sync(limit=args.limit)
        _print(args, receipt, receipt_object(receipt))
    return _code_of(receipt)


def _explain(args: argparse.Namespace) -> int:
    with bridge_of(Config.load(args.config)) as bridge:
        with known_names():
            found = bridge.explain(args.record)
        wanted = [
            one for one in found if args.field in {None, one.decision.field.name, str(one.decision.field)}
        ]
        if not wanted:
            known = ", ".join(sorted({one.decision.field.name for one in found}))
            raise codes.UsageError(f"{args.record} has no field {args.field!r}; it has {known}.")
        rows = [
            {"field": str(one.decision.field), "owner": one.decision.owner, "text": str(one)}
            for one in wanted
        ]
        _print(args, "\n".join(str(one) for one in wanted), {"explanations": rows})
    return codes.DONE


def _history(args: argparse.Namespace) -> int:
    with bridge_of(Config.load(args.config)) as bridge:
        with known_names():
            entries = bridge.history(args.record)
        text = "\n".join(str(one) for one in entries) or f"Nothing was sent of {args.record} yet."
        _print(args, text, {"history": [one.as_data() for one in entries]})
    return codes.DONE


def _revert(args: argparse.Namespace) -> int:
    with bridge_of(Config.load(args.config)) as bridge:
        with known_names():
            plan = bridge.plan_revert(args.applied)
        if args.save:
            plan.save(args.save)
        _print(args, plan, plan_object(plan))
    return codes.DONE


def _work_items(args: argparse.Namespace) -> int:
    with bridge_of(Config.load(args.config)) as bridge:
        items = bridge.work_items()
        rows = [
            {"record": one.record, "label": one.label, "reason": one.reason, "detail": one.detail}
            for one in items
        ]
        text = "\n".join(f"! {one.label}: {one.detail}" for one in items) or "No record needs a person."
        _print(args, text, {"work_items": rows})
    return codes.NEEDS_PERSON if items else codes.DONE


def _print(args: argparse.Namespace, text: object, data: object) -> None:
    print(json.dumps(data, ensure_ascii=False) if args.json else text)


def _code_of(receipt: Receipt) -> int:
    unsettled = receipt.work or receipt.failed or receipt.stale or receipt.busy
    return codes.NEEDS_PERSON if unsettled else codes.DONE
