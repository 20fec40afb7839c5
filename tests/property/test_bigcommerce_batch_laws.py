"""Laws of batches: one answer a row, saved is saved, and nothing that was saved is sent again."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import define, field
from hypothesis import given
from hypothesis import strategies as st

from commerce_bridge.errors import Conflict, RequestRefused
from commerce_bridge.flow.effects import Flow
from commerce_bridge.platforms.bigcommerce.batching import Failed, RowAnswer, Saved, Unknown, in_pieces, split
from commerce_bridge.testing.play import play

STYLES = ("whole", "named", "partial", "silent")


@define(kw_only=True)
class Vendor:
    """A batch endpoint with bad rows, a limit of its own, and a way of speaking of them."""

    bad: frozenset[int]
    most: int
    style: str
    saved: list[int] = field(factory=list[int])
    calls: int = 0

    def send(self, rows: Sequence[int]) -> Flow[Sequence[RowAnswer[int] | None]]:
        yield from ()
        self.calls += 1
        if len(rows) > self.most:
            raise _error(RequestRefused, 413)
        bad = [at for at, row in enumerate(rows) if row in self.bad]
        if bad and self.style in ("whole", "named"):
            raise _error(Conflict, 409, {f"{at}.sku": "taken" for at in bad} if self.style == "named" else {})
        self.saved.extend(row for row in rows if row not in self.bad)
        return [self._answer(row, alone=len(rows) == 1) for row in rows]

    def _answer(self, row: int, *, alone: bool) -> RowAnswer[int] | None:
        if row not in self.bad:
            return Saved(value=row)
        return None if self.style == "silent" and not alone else Failed(error=_error(Conflict, 409))


def _error(
    kind: type[Conflict | RequestRefused], status: int, fields: dict[str, str] | None = None
) -> Conflict | RequestRefused:
    return kind("no", platform="bigcommerce", operation="rows", status=status, title="taken", fields=fields)


@given(
    count=st.integers(0, 60),
    data=st.data(),
    ours=st.integers(1, 20),
    theirs=st.integers(1, 20),
    style=st.sampled_from(STYLES),
)
def test_every_row_gets_its_answer(
    count: int, data: st.DataObject, ours: int, theirs: int, style: str
) -> None:
    bad = frozenset(data.draw(st.sets(st.integers(0, max(count - 1, 0)), max_size=5)))
    vendor = Vendor(bad=bad, most=theirs, style=style)
    rows = list(range(count))
    answers = play(in_pieces(rows, ours, vendor.send)).result
    assert len(answers) == len(rows)
    for row, answer in zip(rows, answers, strict=True):
        assert not isinstance(answer, Unknown)
        assert (answer == Saved(value=row)) is (row not in bad)
    assert vendor.saved == sorted(set(vendor.saved))
    assert set(vendor.saved) == set(rows) - bad


@given(rows=st.lists(st.integers()), most=st.integers(1, 9))
def test_pieces_are_the_rows_in_order(rows: list[int], most: int) -> None:
    pieces = split(rows, most)
    assert [row for piece in pieces for row in piece] == rows
    assert all(1 <= len(piece) <= most for piece in pieces)


@given(count=st.integers(1, 200), bad=st.integers(0, 199))
def test_one_bad_row_costs_few_calls(count: int, bad: int) -> None:
    vendor = Vendor(bad=frozenset({bad % count}), most=1000, style="whole")
    play(in_pieces(range(count), count, vendor.send))
    assert vendor.calls <= 2 * count.bit_length() + 1
