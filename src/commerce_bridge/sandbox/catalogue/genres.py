"""What books of one kind have in common: their shelf, their size, their price.

Codes are real BISAC, Thema and BIC codes; the words beside them are ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from attrs import frozen

from commerce_bridge.sandbox.catalogue.shapes import Charge, Size, Topic


@frozen(kw_only=True)
class Genre:
    """One kind of book.

    `prices` are pounds for hardback, paperback, e-book and audiobook; `sizes` are
    millimetres for hardback and paperback.
    """

    imprint: str
    bisac: tuple[tuple[str, str], ...]
    thema: tuple[tuple[str, str], ...]
    bic: tuple[tuple[str, str], ...]
    prices: Mapping[str, str]
    sizes: Mapping[str, tuple[int, int, int]]
    audience: str = "General readers"
    audience_codes: tuple[str, ...] = ("01",)

    @property
    def topics(self) -> tuple[Topic, ...]:
        """All codes, each scheme in order of priority."""
        return (
            *(Topic(scheme="BISAC", code=code, words=words) for code, words in self.bisac),
            *(Topic(scheme="THEMA", code=code, words=words, parent=code[:-1]) for code, words in self.thema),
            *(Topic(scheme="BIC", code=code, words=words) for code, words in self.bic),
        )


_NOVEL_PRICES = {"BB": "18.99", "BC": "9.99", "DG": "7.99", "AJ": "16.99"}
_NOVEL_SIZES = {"BB": (234, 153, 30), "BC": (198, 129, 24)}
_FACT_PRICES = {"BB": "25.00", "BC": "12.99", "DG": "10.99", "AJ": "19.99"}
_FACT_SIZES = {"BB": (234, 156, 34), "BC": (216, 138, 26)}

GENRES: Mapping[str, Genre] = MappingProxyType(
    {
        "literary": Genre(
            imprint="Larkmere",
            bisac=(("FIC019000", "Literary fiction"), ("FIC045000", "Families in fiction")),
            thema=(("FBA", "Contemporary fiction"),),
            bic=(("FA", "Modern fiction"),),
            prices=_NOVEL_PRICES,
            sizes=_NOVEL_SIZES,
        ),
        "historical": Genre(
            imprint="Larkmere",
            bisac=(("FIC014000", "Historical fiction"), ("FIC019000", "Literary fiction")),
            thema=(("FV", "Historical fiction"), ("FBA", "Contemporary fiction")),
            bic=(("FV", "Historical fiction"),),
            prices=_NOVEL_PRICES,
            sizes=_NOVEL_SIZES,
        ),
        "crime": Genre(
            imprint="Nightjar Crime",
            bisac=(("FIC022000", "Detective stories"), ("FIC031000", "Thrillers")),
            thema=(("FF", "Crime fiction"), ("FFJ", "Cosy crime")),
            bic=(("FF", "Crime"),),
            prices={**_NOVEL_PRICES, "BB": "16.99", "BC": "8.99", "DG": "4.99"},
            sizes=_NOVEL_SIZES,
        ),
        "fantasy": Genre(
            imprint="Hollow Hill",
            bisac=(("FIC009000", "Fantasy"), ("FIC028000", "Science fiction")),
            thema=(("FM", "Fantasy"), ("FL", "Science fiction")),
            bic=(("FM", "Fantasy"),),
            prices=_NOVEL_PRICES,
            sizes=_NOVEL_SIZES,
        ),
        "picture book": Genre(
            imprint="Little Larkmere",
            bisac=(("JUV002000", "Animals, for children"), ("JUV051000", "Imagination and play")),
            thema=(("YBC", "Picture books"),),
            bic=(("YBC", "Picture books"),),
            prices={"BB": "12.99", "BC": "7.99", "DG": "4.99", "AJ": "3.99"},
            sizes={"BB": (250, 250, 11), "BC": (245, 245, 4)},
            audience="Children from 3 to 6 and whoever reads to them",
            audience_codes=("02",),
        ),
        "children": Genre(
            imprint="Little Larkmere",
            bisac=(("JUV001000", "Adventures, for children"), ("JUV037000", "Magic, for children")),
            thema=(("YFC", "Adventure stories for children"), ("YFH", "Fantasy for children")),
            bic=(("YFC", "Adventure stories for children"),),
            prices={"BB": "12.99", "BC": "7.99", "DG": "4.99", "AJ": "9.99"},
            sizes={"BB": (205, 135, 24), "BC": (198, 129, 18)},
            audience="Children from 8 to 12",
            audience_codes=("02",),
        ),
        "cookery": Genre(
            imprint="Salt & Hearth",
            bisac=(("CKB000000", "Cookery"), ("CKB009000", "Bread")),
            thema=(("WB", "Cookery and drink"),),
            bic=(("WB", "Cookery and drink"),),
            prices={"BB": "26.00", "BC": "16.99", "DG": "12.99", "AJ": "14.99"},
            sizes={"BB": (250, 190, 26), "BC": (246, 189, 18)},
        ),
        "history": Genre(
            imprint="Larkmere History",
            bisac=(("HIS015000", "History of Britain"), ("HIS054000", "Social history")),
            thema=(("NHD", "History of Europe"), ("NHTB", "Social history")),
            bic=(("HBJD1", "History of Britain and Ireland"),),
            prices=_FACT_PRICES,
            sizes=_FACT_SIZES,
        ),
        "poetry": Genre(
            imprint="Small Hours",
            bisac=(("POE000000", "Poetry"),),
            thema=(("DCF", "Poetry by one poet"),),
            bic=(("DCF", "Poetry by one poet"),),
            prices={"BB": "16.00", "BC": "10.99", "DG": "6.99", "AJ": "8.99"},
            sizes={"BB": (210, 130, 12), "BC": (210, 130, 7)},
        ),
        "science": Genre(
            imprint="Larkmere Science",
            bisac=(("SCI000000", "Science"), ("SCI020000", "Ecology")),
            thema=(("PDZ", "Science for everybody"),),
            bic=(("PDZ", "Science for everybody"),),
            prices=_FACT_PRICES,
            sizes=_FACT_SIZES,
        ),
        "nature": Genre(
            imprint="Larkmere",
            bisac=(("NAT000000", "Nature"), ("BIO000000", "Lives and memoirs")),
            thema=(("WNC", "Wildlife"), ("DNC", "Memoirs")),
            bic=(("WNC", "Wildlife"),),
            prices={**_FACT_PRICES, "BB": "20.00", "BC": "10.99"},
            sizes={"BB": (216, 138, 26), "BC": (198, 129, 19)},
        ),
    }
)
"""Every kind of book on the list, by name."""

_ABROAD = MappingProxyType(
    {
        "3.99": ("4.99", "4.99", "7.99"),
        "4.99": ("6.99", "5.99", "9.99"),
        "6.99": ("8.99", "7.99", "12.99"),
        "7.99": ("10.99", "9.99", "16.99"),
        "8.99": ("11.99", "10.99", "18.99"),
        "9.99": ("13.99", "11.99", "19.99"),
        "10.99": ("14.99", "12.99", "22.99"),
        "12.99": ("17.99", "15.99", "26.99"),
        "14.99": ("19.99", "17.99", "29.99"),
        "16.00": ("22.00", "19.00", "32.00"),
        "16.99": ("22.99", "19.99", "34.99"),
        "18.99": ("25.99", "22.99", "36.99"),
        "19.99": ("26.99", "23.99", "39.99"),
        "20.00": ("28.00", "24.00", "40.00"),
        "25.00": ("34.00", "29.00", "49.99"),
        "26.00": ("35.00", "30.00", "52.00"),
    }
)
"""What a price in pounds is in US dollars, euros and Australian dollars; a publisher's table, not a rate."""


def charges(pounds: str) -> tuple[Charge, ...]:
    """A price in four currencies: pounds include the tax, the others do not.

    Printed books and e-books bear no tax in the United Kingdom; downloads of sound do, at the
    standard rate.  The platform says only whether a price includes the tax, never at which rate.
    """
    dollars, euros, australian = _ABROAD[pounds]
    abroad = (("USD", dollars), ("EUR", euros), ("AUD", australian))
    return (
        Charge(amount=Decimal(pounds)),
        *(Charge(amount=Decimal(amount), currency=code, kind="01") for code, amount in abroad),
    )


def trim(genre: Genre, form: str) -> Size | None:
    """The size of a printed format, None for others."""
    if form not in genre.sizes:
        return None
    height, width, thickness = genre.sizes[form]
    return Size(height=Decimal(height), width=Decimal(width), thickness=Decimal(thickness))
