"""An ONIX composite as Python sees it: texts and composites by reference name.

One walk over the elements of a record makes these; all mapping reads them and knows no XML,
no namespace and no short tag.
"""

from __future__ import annotations

from typing import Final

_NO_NODES: Final[list[Node]] = []
NOTHING_BELOW: Final[dict[str, list[Node]]] = {}
NO_REPEATS: Final[dict[str, list[str]]] = {}


class Node:
    """One composite; never changed after it was read.

    The first text of each name stands by itself: nearly all names come once, and a file has millions.

    Args:
        texts: Reference name to the first data element of that name, and ``Name@attribute`` to an attribute of it.
        repeats: Reference name to all texts of a name that comes more than once.
        nodes: Reference name to the composites of that name, in order.
    """

    __slots__ = ("nodes", "repeats", "texts")

    def __init__(
        self,
        texts: dict[str, str],
        repeats: dict[str, list[str]] = NO_REPEATS,
        nodes: dict[str, list[Node]] = NOTHING_BELOW,
    ) -> None:
        self.texts = texts
        self.repeats = repeats
        self.nodes = nodes

    def text(self, name: str) -> str | None:
        """The first text of that name; None when there is none or it is empty."""
        return self.texts.get(name) or None

    def all(self, name: str) -> list[str]:
        """All texts of that name that are not empty."""
        repeats = self.repeats.get(name)
        if repeats is not None:
            return [text for text in repeats if text]
        text = self.texts.get(name)
        return [text] if text else []

    def has(self, name: str) -> bool:
        """Whether there is an element of that name, such as an empty flag."""
        return name in self.texts or name in self.nodes

    def node(self, name: str) -> Node | None:
        """The first composite of that name."""
        nodes = self.nodes.get(name)
        return nodes[0] if nodes else None

    def each(self, name: str) -> list[Node]:
        """All composites of that name."""
        return self.nodes.get(name, _NO_NODES)


EMPTY: Final = Node({})


def path_to(root: Node, wanted: Node, name: str = "") -> str:
    """Where a composite stands below `root`, such as ``ProductSupply[2]/Market``, with a data element's name."""
    steps = _steps(root, wanted) or []
    return "/".join([*steps, name] if name else steps)


def _steps(root: Node, wanted: Node) -> list[str] | None:
    if root is wanted:
        return []
    for name, nodes in root.nodes.items():
        for place, node in enumerate(nodes, 1):
            below = _steps(node, wanted)
            if below is not None:
                return [name if len(nodes) == 1 else f"{name}[{place}]", *below]
    return None
