"""Whether an answer is a result or an error; what an error means is looked up only when one comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

if TYPE_CHECKING:
    from commerce_bridge.errors import RemoteError
    from commerce_bridge.flow.messages import Request, Response
    from commerce_bridge.http.connection import Classify


@frozen(kw_only=True)
class Classifier:
    """Turns an answer into the error it means, or None when it is a result.

    A 207 is a result: the caller reads what was saved and what was not.

    Args:
        secrets: Values that must not appear in any message.
        results: Statuses outside 200-299 that this call takes as results, such as the 422 of a
            metafield batch, which holds the rows that were saved.
    """

    secrets: tuple[str, ...] = field(default=(), repr=False)
    results: tuple[int, ...] = ()

    def __call__(self, operation: str, request: Request, response: Response) -> RemoteError | None:
        """The error, or None."""
        if response.ok or response.status in self.results:
            return None
        from commerce_bridge.platforms.bigcommerce.errors import error_of

        return error_of(operation, request, response, secrets=self.secrets)


def accepting(classify: Classify, results: tuple[int, ...]) -> Classify:
    """The same judgement, but these statuses are results."""
    return evolve(classify, results=results) if isinstance(classify, Classifier) and results else classify
