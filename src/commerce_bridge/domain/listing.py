"""The fields of a listing, as targets know them.  Units are fixed; writers convert to a store's own."""

from __future__ import annotations

import enum
from datetime import datetime
from decimal import Decimal

from commerce_bridge.domain.fields import AnyField, Field
from commerce_bridge.domain.money import Money
from commerce_bridge.domain.record import Fact, Kin, Note, Outlet, Picture, Placement


class Selling(enum.Enum):
    """How a listing can be bought."""

    LIVE = "live"
    PREORDER = "preorder"
    CLOSED = "not for sale"


class Fulfilment(enum.Enum):
    """How what is sold reaches the buyer."""

    PHYSICAL = "physical"
    DIGITAL = "digital"


NAME = Field[str]("listing", "name")
DESCRIPTION = Field[str]("listing", "description")
SKU = Field[str]("listing", "sku", label="SKU")
GTIN = Field[str]("listing", "gtin", label="GTIN")
PRICE = Field[Money]("listing", "price")
FULFILMENT = Field[Fulfilment]("listing", "fulfilment")
WEIGHT_G = Field[Decimal]("listing", "weight_g", label="weight (g)")
HEIGHT_MM = Field[Decimal]("listing", "height_mm", label="height (mm)")
WIDTH_MM = Field[Decimal]("listing", "width_mm", label="width (mm)")
DEPTH_MM = Field[Decimal]("listing", "depth_mm", label="depth (mm)")
BRAND = Field[str]("listing", "brand")
VISIBLE = Field[bool]("listing", "visible")
SELLING = Field[Selling]("listing", "selling")
RELEASE = Field[datetime]("listing", "release", label="release date")
ADDRESS = Field[str]("listing", "address", label="web address")
KEYWORDS = Field[str]("listing", "keywords", label="search keywords")
PAGE_TITLE = Field[str]("listing", "page_title")
SUMMARY = Field[str]("listing", "summary", label="meta description")
STOCK_TRACKED = Field[bool]("listing", "stock_tracked")
OPTION = Field[str]("listing", "option", label="format")

PICTURES = Field[frozenset[Picture]]("listing", "pictures")
CATEGORIES = Field[frozenset[Placement]]("listing", "categories")
OUTLETS = Field[frozenset[Outlet]]("listing", "outlets", label="channels")
FAMILY = Field[frozenset[Kin]]("listing", "family")

CONTRIBUTORS = Field[frozenset[Fact]]("listing", "contributors")
ISBN = Field[Fact]("listing", "isbn", label="ISBN")
FORM = Field[Fact]("listing", "form")
TRIM_SIZE = Field[Fact]("listing", "trim_size")
EXTENT = Field[Fact]("listing", "extent")
PUBLICATION_DATE = Field[Fact]("listing", "publication_date")
SERIES = Field[frozenset[Fact]]("listing", "series")
SUBTITLE = Field[Fact]("listing", "subtitle")
WORK_ID = Field[Note]("listing", "work_id")
SOURCE_ID = Field[Note]("listing", "source_id")

LISTING_FIELDS: tuple[AnyField, ...] = (
    NAME,
    DESCRIPTION,
    SKU,
    GTIN,
    PRICE,
    FULFILMENT,
    WEIGHT_G,
    HEIGHT_MM,
    WIDTH_MM,
    DEPTH_MM,
    BRAND,
    VISIBLE,
    SELLING,
    RELEASE,
    ADDRESS,
    KEYWORDS,
    PAGE_TITLE,
    SUMMARY,
    STOCK_TRACKED,
    OPTION,
    PICTURES,
    CATEGORIES,
    OUTLETS,
    FAMILY,
    CONTRIBUTORS,
    ISBN,
    FORM,
    TRIM_SIZE,
    EXTENT,
    PUBLICATION_DATE,
    SERIES,
    SUBTITLE,
    WORK_ID,
    SOURCE_ID,
)
