"""A generated catalogue as large as one likes: invented books, distinct references, families scattered over the file.

Record number n is format `n // families` of family `scattered(n % families)`, so the formats of one family
stand far apart and never in the same order.  The same arguments give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from rigs.onix_messages import isbn

FORMS = (("BB", "B402"), ("BC", "B105"), ("ED", "E101"))
_WORDS = [
    "alder",
    "birch",
    "cedar",
    "elder",
    "hazel",
    "holly",
    "larch",
    "maple",
    "rowan",
    "willow",
    "river",
    "meadow",
    "harbour",
    "lantern",
    "winter",
    "summer",
    "garden",
    "letter",
    "voyage",
    "island",
    "castle",
    "bridge",
    "market",
    "orchard",
    "shepherd",
    "keeper",
    "daughter",
    "stranger",
    "silence",
    "thunder",
]
_HOME = "GB GG IE IM JE"
_EURO = "AD AT BE CY DE EE ES FI FR GR HR IE IT LT LU LV MC ME MT NL PT SI SK SM VA"
_AFAR = (
    "AE AF AG AI AL AM AO AR AU AW AZ BA BB BD BF BG BH BI BJ BM BN BO BR BS BT BW BY BZ CA CD CF CG CH CI CL CM CN "
    "CO CR CU CV DJ DK DM DO DZ EC EG ER ET FJ FK FM FO GA GD GE GH GI GL GM GN GQ GT GW GY HK HN HT HU ID IL IN IQ "
    "IR IS JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LY MA MD MG MH MK ML MM MN MO MR MS MU MV "
    "MW MX MY MZ NA NE NG NI NO NP NR NZ OM PA PE PG PH PK PL PS PW PY QA RO RS RU RW SA SB SC SD SE SG SL SN SO SR "
    "SS ST SV SY SZ TC TD TG TH TJ TL TM TN TO TR TT TV TW TZ UA UG US UY UZ VC VE VN VU WS YE ZA ZM ZW"
)
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<ONIXMessage xmlns="http://ns.editeur.org/onix/3.0/reference" release="3.0">\n  <Header>\n    <Sender>\n'
    "      <SenderName>Generated Press</SenderName>\n    </Sender>\n    <SentDateTime>20260102T0304Z</SentDateTime>\n"
    "    <DefaultCurrencyCode>GBP</DefaultCurrencyCode>\n  </Header>\n"
)


def sentence(seed: int, words: int) -> str:
    """Some words, the same for the same seed."""
    picked = []
    for place in range(words):
        seed = (seed * 1103515245 + 12345) % 2147483648
        picked.append(_WORDS[(seed >> 8) % len(_WORDS)])
        if place % 12 == 11:
            picked[-1] += "."
    return " ".join(picked).capitalize()


def _lines(*parts: str) -> str:
    return "".join(f"    {part}\n" for part in parts)


def _pairs(composite: str, *pairs: tuple[str, str]) -> str:
    inner = "".join(f"\n      <{name}>{text}</{name}>" for name, text in pairs)
    return f"<{composite}>{inner}\n    </{composite}>"


def _price(kind: str, amount: int, currency: str, countries: str) -> str:
    return (
        f"<Price>\n        <PriceType>{kind}</PriceType>\n        <PriceQualifier>05</PriceQualifier>\n"
        f"        <PriceStatus>02</PriceStatus>\n        <PriceAmount>{amount}.99</PriceAmount>\n"
        f"        <CurrencyCode>{currency}</CurrencyCode>\n        <Territory>\n"
        f"          <CountriesIncluded>{countries}</CountriesIncluded>\n        </Territory>\n      </Price>"
    )


def record(family: int, place: int, formats: int) -> str:
    """One format of one family."""
    number = isbn(family * formats + place)
    form, detail = FORMS[place % len(FORMS)]
    return (
        f"  <Product>\n    <RecordReference>generated.{family}.{place}</RecordReference>\n"
        "    <NotificationType>03</NotificationType>\n"
        + _lines(
            _pairs("ProductIdentifier", ("ProductIDType", "03"), ("IDValue", number)),
            _pairs("ProductIdentifier", ("ProductIDType", "15"), ("IDValue", number)),
        )
        + _descriptive(family, form, detail)
        + _collateral(family, place)
        + _publishing(family)
        + _related(family, place, formats)
        + _supply(family)
        + "  </Product>\n"
    )


def _descriptive(family: int, form: str, detail: str) -> str:
    name = sentence(family + 7, 3).title()
    person = sentence(family % 997, 2).title()
    given, _, key = person.partition(" ")
    subjects = [
        ("93", "FM"),
        ("93", "FK"),
        ("10", "FIC009000"),
        ("10", "FIC028000"),
        ("12", "FM"),
        ("94", "1DDU"),
    ]
    return (
        "    <DescriptiveDetail>\n      <ProductComposition>00</ProductComposition>\n"
        f"      <ProductForm>{form}</ProductForm>\n      <ProductFormDetail>{detail}</ProductFormDetail>\n"
        + "".join(
            "  "
            + _lines(
                _pairs("Measure", ("MeasureType", kind), ("Measurement", size), ("MeasureUnitCode", unit))
            )
            for kind, size, unit in (
                ("01", "19.8", "cm"),
                ("01", "198", "mm"),
                ("02", "129", "mm"),
                ("08", "320", "gr"),
            )
        )
        + "      <TitleDetail>\n        <TitleType>01</TitleType>\n        <TitleElement>\n"
        "          <TitleElementLevel>01</TitleElementLevel>\n          <TitlePrefix>The</TitlePrefix>\n"
        f"          <TitleWithoutPrefix>{name} {family}</TitleWithoutPrefix>\n        </TitleElement>\n"
        "      </TitleDetail>\n"
        "      <Contributor>\n        <SequenceNumber>1</SequenceNumber>\n"
        "        <ContributorRole>A01</ContributorRole>\n"
        f"        <PersonName>{person}</PersonName>\n        <PersonNameInverted>{key}, {given}</PersonNameInverted>\n"
        f"        <NamesBeforeKey>{given}</NamesBeforeKey>\n        <KeyNames>{key}</KeyNames>\n"
        f'        <BiographicalNote textformat="06">{sentence(family % 997, 60)}</BiographicalNote>\n      </Contributor>\n'
        "      <NoEdition/>\n      <Language>\n        <LanguageRole>01</LanguageRole>\n"
        "        <LanguageCode>eng</LanguageCode>\n      </Language>\n"
        "      <Extent>\n        <ExtentType>00</ExtentType>\n"
        f"        <ExtentValue>{120 + family % 500}</ExtentValue>\n        <ExtentUnit>03</ExtentUnit>\n      </Extent>\n"
        + "".join(
            "  " + _lines(_pairs("Subject", ("SubjectSchemeIdentifier", scheme), ("SubjectCode", code)))
            for scheme, code in subjects
        )
        + "    </DescriptiveDetail>\n"
    )


def _collateral(family: int, place: int) -> str:
    blurb = f"<p>{sentence(family * 3, 120)}</p><p>{sentence(family * 5, 90)}</p>"
    features = (("02", "1376"), ("03", "894"), ("06", f"{family * 16 + place:032x}"), ("07", "469977"))
    return (
        "    <CollateralDetail>\n      <TextContent>\n        <TextType>03</TextType>\n"
        "        <ContentAudience>00</ContentAudience>\n"
        f'        <Text textformat="02"><![CDATA[{blurb}]]></Text>\n      </TextContent>\n'
        "      <TextContent>\n        <TextType>02</TextType>\n        <ContentAudience>00</ContentAudience>\n"
        f'        <Text textformat="05"><p>{sentence(family * 9, 30)} &amp; more.</p></Text>\n      </TextContent>\n'
        "      <SupportingResource>\n        <ResourceContentType>01</ResourceContentType>\n"
        "        <ContentAudience>00</ContentAudience>\n        <ResourceMode>03</ResourceMode>\n"
        "        <ResourceVersion>\n          <ResourceForm>02</ResourceForm>\n"
        + "".join(
            "          <ResourceVersionFeature>\n            <!-- a feature -->\n"
            f"            <ResourceVersionFeatureType>{kind}</ResourceVersionFeatureType>\n"
            f"            <FeatureValue>{value}</FeatureValue>\n          </ResourceVersionFeature>\n"
            for kind, value in features
        )
        + f"          <ResourceLink>https://covers.example/{family}/{place}.jpg</ResourceLink>\n"
        "        </ResourceVersion>\n      </SupportingResource>\n    </CollateralDetail>\n"
    )


def _publishing(family: int) -> str:
    return (
        "    <PublishingDetail>\n      <Imprint>\n        <ImprintName>Generated</ImprintName>\n      </Imprint>\n"
        "      <Publisher>\n        <PublishingRole>01</PublishingRole>\n"
        "        <PublisherName>Generated Press</PublisherName>\n      </Publisher>\n"
        "      <PublishingStatus>04</PublishingStatus>\n"
        "      <PublishingDate>\n        <PublishingDateRole>01</PublishingDateRole>\n"
        f'        <Date dateformat="00">20{family % 20 + 5:02d}0301</Date>\n      </PublishingDate>\n'
        "      <SalesRights>\n        <SalesRightsType>01</SalesRightsType>\n        <Territory>\n"
        f"          <CountriesIncluded>{_HOME}</CountriesIncluded>\n        </Territory>\n      </SalesRights>\n"
        "      <SalesRights>\n        <SalesRightsType>06</SalesRightsType>\n        <Territory>\n"
        f"          <CountriesIncluded>{_AFAR}</CountriesIncluded>\n        </Territory>\n      </SalesRights>\n"
        "      <ROWSalesRightsType>03</ROWSalesRightsType>\n    </PublishingDetail>\n"
    )


def _related(family: int, place: int, formats: int) -> str:
    works = [("01", family), *(("05", (family * 31 + step) % 1000003) for step in range(1, 4))]
    others = [isbn(family * formats + other) for other in range(formats) if other != place]
    return (
        "    <RelatedMaterial>\n"
        + "".join(
            f"      <RelatedWork>\n        <WorkRelationCode>{code}</WorkRelationCode>\n        <WorkIdentifier>\n"
            "          <WorkIDType>01</WorkIDType>\n          <IDTypeName>generated</IDTypeName>\n"
            f"          <IDValue>work.{work}</IDValue>\n        </WorkIdentifier>\n      </RelatedWork>\n"
            for code, work in works
        )
        + "".join(
            "      <RelatedProduct>\n        <ProductRelationCode>06</ProductRelationCode>\n        <ProductIdentifier>\n"
            f"          <ProductIDType>15</ProductIDType>\n          <IDValue>{other}</IDValue>\n"
            "        </ProductIdentifier>\n      </RelatedProduct>\n"
            for other in others
        )
        + "    </RelatedMaterial>\n"
    )


def _supply(family: int) -> str:
    amount = 5 + family % 30
    return (
        "    <ProductSupply>\n      <Market>\n        <Territory>\n"
        f"          <CountriesIncluded>{_HOME}</CountriesIncluded>\n        </Territory>\n      </Market>\n"
        "      <SupplyDetail>\n        <Supplier>\n          <SupplierRole>01</SupplierRole>\n"
        "          <SupplierName>Generated</SupplierName>\n        </Supplier>\n"
        "        <ProductAvailability>20</ProductAvailability>\n"
        + _lines(
            _price("02", amount, "GBP", "GB GG IM JE"),
            _price("01", amount + 3, "EUR", _EURO),
            _price("01", amount + 4, "USD", "US"),
        )
        + "      </SupplyDetail>\n    </ProductSupply>\n"
    )


def scattered(place: int, families: int) -> int:
    """A permutation of the families: where the record at `place` of each round belongs."""
    step = 7919
    while families % step == 0:
        step += 2
    return place * step % families


def records(families: int, formats: int = 3) -> Iterator[str]:
    for number in range(families * formats):
        round_, place = divmod(number, families)
        yield record(scattered(place + round_ * 17, families), round_, formats)


def write(stream: BinaryIO, families: int, formats: int = 3) -> None:
    """A whole message, a record at a time."""
    stream.write(_HEAD.encode())
    for written in records(families, formats):
        stream.write(written.encode())
    stream.write(b"</ONIXMessage>\n")


def families_for(megabytes: float, formats: int = 3) -> int:
    """How many families make a file of at least this size."""
    return int(megabytes * 1_000_000 // (formats * (len(record(1000, 0, formats)) - 400))) + 1


def write_file(path: Path, megabytes: float, formats: int = 3) -> int:
    """A file of at least this size; gives how many families it has."""
    families = families_for(megabytes, formats)
    with path.open("wb") as stream:
        write(stream, families, formats)
    return families
