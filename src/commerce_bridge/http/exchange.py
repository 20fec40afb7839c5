"""One request and its answer, with everything that belongs to it: budget, credentials, retry, errors.

`exchange` is a flow.  What differs from platform to platform is in the `Connection`,
a frozen value that the platform's folder makes.
"""

from __future__ import annotations

from commerce_bridge.errors import QuotaExhausted, RateLimited, RemoteError, ServerFault, TransportError
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.budgets import BudgetAsk, BudgetRules, BudgetSettlement, Window
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.events import RequestSent, Waited
from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.http.connection import Connection
from commerce_bridge.http.policy import Safety, backoff_s, exhausted
from commerce_bridge.http.redact import shown_path


def exchange(
    connection: Connection,
    request: Request,
    *,
    operation: str,
    safety: Safety | None = None,
    lane: str | None = None,
    weight: int = 1,
) -> Flow[Response]:
    """The answer to a request, once the budget lets it through, retried while that is safe.

    Args:
        connection: The account to talk to.
        request: What to send.
        operation: What is being done, such as ``products.create``; named in errors and events.
        safety: What sending it twice would do; by default a GET or HEAD reads, a PUT or DELETE is
            repeatable, and anything else is sent once.
        lane: A serial lane it keeps to, or None.
        weight: What it costs the budget.

    Raises:
        TransportError: No answer came.
        RemoteError: The vendor refused; its subclass says what now.
        QuotaExhausted: A quota that must not be waited for is used up, or the vendor has asked everybody to
            wait for longer than `RetryPolicy.obey_up_to_s`.
    """
    safety = safety or _usual_safety(request.method)
    dressed = request.with_headers(connection.headers) if request.path.startswith("/") else request
    attempt = 1
    while True:
        ticket = yield from flow.new_id()
        wish = BudgetAsk(ticket=ticket, weight=weight, lane=lane, patience_s=connection.retry.obey_up_to_s)
        outcome = yield from _try(connection, dressed, operation, attempt, wish)
        if isinstance(outcome, Response):
            return outcome
        wait_s = yield from _wait_after(connection, outcome, safety, attempt)
        if wait_s is None:
            raise outcome
        if wait_s > 0:
            reason = "rate limited" if isinstance(outcome, RateLimited) else "retry"
            yield from flow.emit(Waited(account=connection.account, seconds=wait_s, reason=reason))
            yield from flow.sleep(wait_s)
        attempt += 1


def _try(
    connection: Connection, request: Request, operation: str, attempt: int, wish: BudgetAsk
) -> Flow[Response | RemoteError | TransportError]:
    """One try: wait for the budget, send, settle, and say what came of it."""
    yield from _let_through(connection, wish)
    began = yield from flow.now()
    outcome: Response | TransportError
    try:
        outcome = yield from flow.send(
            connection.account,
            request,
            timeout_s=connection.timeout_s,
            correlation_header=connection.correlation_header if request.path.startswith("/") else None,
        )
    except TransportError as error:
        outcome = error
    ended = yield from flow.now()
    settlement = (
        connection.told(wish.ticket, outcome, ended)
        if isinstance(outcome, Response)
        else BudgetSettlement(ticket=wish.ticket, answered=False)
    )
    yield from flow.settle(connection.account, connection.budget, settlement)
    yield from flow.emit(
        RequestSent(
            account=connection.account,
            operation=f"{connection.platform}.{operation}",
            method=request.method,
            path=shown_path(request.path),
            status=outcome.status if isinstance(outcome, Response) else 0,
            attempt=attempt,
            at=ended,
            took_s=(ended - began).total_seconds(),
        )
    )
    if isinstance(outcome, Response):
        return connection.classify(operation, request, outcome) or outcome
    return outcome


def _let_through(connection: Connection, wish: BudgetAsk) -> Flow[None]:
    """Wait until the budget lets a request through."""
    told = False
    while (wait_s := (yield from flow.acquire(connection.account, connection.budget, wish))) > 0:
        if wait_s >= 1 and not told:
            told = True
            yield from flow.emit(Waited(account=connection.account, seconds=wait_s, reason="budget"))
        yield from flow.sleep(wait_s)


def _wait_after(
    connection: Connection, error: RemoteError | TransportError, safety: Safety, attempt: int
) -> Flow[float | None]:
    """Seconds to wait before the next try, or None when there is none."""
    if not _may_repeat(error, safety) or exhausted(connection.retry, attempt):
        return None
    asked_s = error.retry_after_s if isinstance(error, RemoteError) else None
    if asked_s is not None and asked_s > connection.retry.obey_up_to_s:
        return None
    if not (yield from _storm_allows(connection)):
        return None
    if asked_s is not None:
        return asked_s
    return backoff_s(connection.retry, attempt, (yield from flow.draw()))


def _may_repeat(error: RemoteError | TransportError, safety: Safety) -> bool:
    """Whether sending again is safe after this error."""
    if isinstance(error, RateLimited):
        return True
    if isinstance(error, TransportError):
        return safety is not Safety.ONCE or not error.sent
    return isinstance(error, ServerFault) and safety is not Safety.ONCE


def _storm_allows(connection: Connection) -> Flow[bool]:
    """Whether the account's retry budget has room; it stops storms when a vendor is down."""
    window = Window(name="retries", seconds=60.0, quota=connection.retry.storm_limit, stop=True)
    rules = BudgetRules(windows=(window,))
    account = f"{connection.account} retries"
    ticket = yield from flow.new_id()
    try:
        yield from flow.acquire(account, rules, BudgetAsk(ticket=ticket))
    except QuotaExhausted:
        return False
    yield from flow.settle(account, rules, BudgetSettlement(ticket=ticket))
    return True


def _usual_safety(method: str) -> Safety:
    if method in {"GET", "HEAD", "OPTIONS"}:
        return Safety.READ
    return Safety.REPEATABLE if method in {"PUT", "DELETE"} else Safety.ONCE
