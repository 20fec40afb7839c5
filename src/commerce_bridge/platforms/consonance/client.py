"""The Consonance client: sync, async, and raw for our own flows."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, cast

from commerce_bridge.flow.operation import Async, M, Raw, Resource, Sync, operation
from commerce_bridge.http.adapters import AsyncHttpTransport, HttpTransport
from commerce_bridge.http.opening import Surroundings, async_mode, sync_mode
from commerce_bridge.http.policy import RetryPolicy, Safety
from commerce_bridge.platforms.consonance.connection import connect
from commerce_bridge.platforms.consonance.limits import BASE_URL
from commerce_bridge.platforms.consonance.service import Service
from commerce_bridge.platforms.consonance.settings import ConsonanceSettings

if TYPE_CHECKING:
    from commerce_bridge.domain.exchange import JsonValue
    from commerce_bridge.flow.effects import Flow
    from commerce_bridge.flow.wiring import AsyncTransport, Transport
    from commerce_bridge.platforms.consonance.products import Prices, Products
    from commerce_bridge.platforms.consonance.report import SchemaReport
    from commerce_bridge.platforms.consonance.works import Works
    from commerce_bridge.ports.capability import Capability


class ConsonanceClient(Resource[M]):
    """A publisher's account on Consonance, in one mode.

    Source: vendor example queries (GeneralProducts/consonance-graphql); vendor GraphQL schema pages.
    """

    def __init__(self, mode: M, service: Service) -> None:
        self.mode: M = mode
        self.service = service

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.account}>"

    @property
    def account(self) -> str:
        """The account's name, in which the key cannot be read."""
        return self.service.connection.account

    @property
    def raw(self) -> ConsonanceClient[Raw]:
        """The same client in raw mode, for flows."""
        return cast("ConsonanceClient[Raw]", self.raw_twin())

    @property
    def works(self) -> Works[M]:
        """Works with their families."""
        from commerce_bridge.platforms.consonance.works import Works

        return Works(self.mode, self.service)

    @property
    def products(self) -> Products[M]:
        """Products by themselves."""
        from commerce_bridge.platforms.consonance.products import Products

        return Products(self.mode, self.service)

    @property
    def prices(self) -> Prices[M]:
        """Prices by themselves."""
        from commerce_bridge.platforms.consonance.products import Prices

        return Prices(self.mode, self.service)

    @property
    def capabilities(self) -> tuple[Capability, ...]:
        """What Consonance can and cannot do, each with its reason and source."""
        from commerce_bridge.platforms.consonance.capabilities import CAPABILITIES

        return CAPABILITIES

    @property
    def unknown_members(self) -> Mapping[str, int]:
        """Members that answers held although nobody asked for them, with how often; usually none."""
        return dict(self.service.learned.unknown)

    @operation
    def check(self: ConsonanceClient[Raw]) -> Flow[SchemaReport]:
        """How the account's live schema and our queries differ.

        From then on this client leaves out optional members that the schema lacks.  To make that last, put
        `SchemaReport.absent` into the settings.

        Raises:
            RequestRefused: The account does not let its schema be asked for.
            DecodeError: The answer is no introspected schema.

        Cost: one request.

        Source: vendor example queries, README (introspection).
        """
        from commerce_bridge.platforms.consonance import graphql
        from commerce_bridge.platforms.consonance.check import compare
        from commerce_bridge.platforms.consonance.schema import INTROSPECTION, LiveSchema
        from commerce_bridge.platforms.consonance.wire import answer as wire

        service = self.service
        response = yield from graphql.ask(service, INTROSPECTION, {}, operation="check")
        answer = wire.decode(wire.AnyAnswer, response.body, service.learned.unknown)
        data = graphql.complete(service, "check", response, answer)
        report = compare(LiveSchema.parse(data), service.settings)
        service.learned.absent = frozenset(report.absent)
        return report

    @operation
    def request(
        self: ConsonanceClient[Raw],
        query: str,
        variables: Mapping[str, JsonValue] | None = None,
        *,
        name: str | None = None,
        safety: Safety = Safety.ONCE,
    ) -> Flow[Mapping[str, JsonValue]]:
        """The data of any query or mutation, with key, retry and errors kept.

        Args:
            query: The GraphQL document.
            variables: Its variables.
            name: Which operation of the document is meant, when it holds several.
            safety: What sending it twice would do; say `Safety.READ` for a query, and it is retried.

        Raises:
            RequestRefused: The document does not fit the account's schema.
            ServerFault: The service failed, or part of it could not be answered.
            RejectedRecord: A mutation answered with errors in its payload; select them to have them read.
            AuthError: The key is wrong.

        Cost: one request.

        Source: vendor example queries, README.
        """
        from commerce_bridge.platforms.consonance import graphql
        from commerce_bridge.platforms.consonance.wire import answer as wire

        response = yield from graphql.ask(
            self.service, query, variables or {}, operation="request", safety=safety, name=name
        )
        answer = wire.decode(wire.AnyAnswer, response.body, self.service.learned.unknown)
        data = graphql.complete(self.service, "request", response, answer)
        graphql.taken(self.service, "request", response, data)
        return data


class Consonance(ConsonanceClient[Sync]):
    """A Consonance account, call by call.

    Args:
        api_key: The account's key: 32 letters and digits, given out by Consonance's support.
        base_url: The address where you log in.
        transport: Carries requests; an HTTP one is made when None.
        library: ``httpx`` or ``httpx2``, for the transport that is made.
        settings: How the account behaves.
        retry: How patient to be.
        timeout_s: Seconds to wait for one answer.
        surroundings: Clock, budgets, chance and subscribers.

    Example::

        with Consonance(api_key="…") as consonance:
            for work in consonance.works.list():
                print(work.title)

    Source: vendor example queries, README.
    """

    def __init__(
        self,
        *,
        api_key: str,
        base_url: str = BASE_URL,
        transport: Transport | None = None,
        library: str = "httpx",
        settings: ConsonanceSettings | None = None,
        retry: RetryPolicy | None = None,
        timeout_s: float = 30.0,
        surroundings: Surroundings | None = None,
    ) -> None:
        service = _service(api_key, base_url, settings, retry, timeout_s)
        self._transport = transport or HttpTransport(base_url, library=library)
        super().__init__(sync_mode(service.connection.account, self._transport, surroundings), service)

    def close(self) -> None:
        """Close the connections; closing twice is harmless."""
        self._transport.close()

    def __enter__(self) -> Consonance:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncConsonance(ConsonanceClient[Async]):
    """A Consonance account, with awaitable calls.

    Args:
        api_key: The account's key: 32 letters and digits, given out by Consonance's support.
        base_url: The address where you log in.
        transport: Carries requests; an HTTP one is made when None.
        library: ``httpx`` or ``httpx2``, for the transport that is made.
        settings: How the account behaves.
        retry: How patient to be.
        timeout_s: Seconds to wait for one answer.
        surroundings: Clock, budgets, chance and subscribers.

    Source: vendor example queries, README.
    """

    def __init__(
        self,
        *,
        api_key: str,
        base_url: str = BASE_URL,
        transport: AsyncTransport | None = None,
        library: str = "httpx",
        settings: ConsonanceSettings | None = None,
        retry: RetryPolicy | None = None,
        timeout_s: float = 30.0,
        surroundings: Surroundings | None = None,
    ) -> None:
        service = _service(api_key, base_url, settings, retry, timeout_s)
        self._transport = transport or AsyncHttpTransport(base_url, library=library)
        super().__init__(async_mode(service.connection.account, self._transport, surroundings), service)

    async def aclose(self) -> None:
        """Close the connections; closing twice is harmless."""
        await self._transport.close()

    async def __aenter__(self) -> AsyncConsonance:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


def _service(
    api_key: str,
    base_url: str,
    settings: ConsonanceSettings | None,
    retry: RetryPolicy | None,
    timeout_s: float,
) -> Service:
    settings = settings or ConsonanceSettings()
    connection = connect(
        api_key=api_key,
        base_url=base_url,
        in_flight=settings.in_flight,
        retry=retry,
        timeout_s=timeout_s,
    )
    return Service(connection=connection, settings=settings)
