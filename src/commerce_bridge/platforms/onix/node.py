"""An ONIX composite as Python sees it: texts and composites by reference name.

One walk over the elements of a record makes these; all mapping reads them and knows no XML,
no namespace and no short tag.
"""

from __future__ import annotations

from typing import Final

_NO_TEXTS: Final[list[str]] = []
_NO_NODES: Final[list[Node]] = []


class Node:
    """One composite; never changed after it was read.

    Args:
        texts: Reference name to the texts of the data elements of that name, in order.
        nodes: Reference name to the composites of that name, in order.
    """

    __slots__ = ("nodes", "texts")

    def __init__(self, texts: dict[str, list[str]], nodes: dict[str, list[Node]]) -> None:
        self.texts = texts
        self.nodes = nodes

    def text(self, name: str) -> str | None:
        """The first text of that name; None when there is none or it is empty."""
        texts = self.texts.get(name)
        return (texts[0] or None) if texts else None

    def all(self, name: str) -> list[str]:
        """All texts of that name that are not empty."""
        texts = self.texts.get(name)
        if texts is None:
            return _NO_TEXTS
        return texts if "" not in texts else [text for text in texts if text]

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


EMPTY: Final = Node({}, {})


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
