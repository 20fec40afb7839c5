"""Titles from an ONIX file instead of a platform: the same bridge with another reader."""

from __future__ import annotations

import tempfile
from decimal import Decimal
from pathlib import Path

from commerce_bridge import BigCommerce, OnixReader, StorePolicy, onix_to_bigcommerce
from commerce_bridge.testing.sandboxes import Sandboxes

MESSAGE = """<?xml version="1.0" encoding="UTF-8"?>
<ONIXMessage release="3.0" xmlns="http://ns.editeur.org/onix/3.0/reference">
  <Header><Sender><SenderName>Larkmere</SenderName></Sender><SentDateTime>20261101</SentDateTime></Header>
  {records}
</ONIXMessage>
"""

RECORD = """
  <Product>
    <RecordReference>larkmere.{isbn}</RecordReference>
    <NotificationType>03</NotificationType>
    <ProductIdentifier><ProductIDType>15</ProductIDType><IDValue>{isbn}</IDValue></ProductIdentifier>
    <DescriptiveDetail>
      <ProductComposition>00</ProductComposition>
      <ProductForm>{form}</ProductForm>
      <TitleDetail><TitleType>01</TitleType><TitleElement>
        <TitleElementLevel>01</TitleElementLevel><TitleText>{title}</TitleText>
      </TitleElement></TitleDetail>
      <Contributor><SequenceNumber>1</SequenceNumber><ContributorRole>A01</ContributorRole>
        <PersonName>Ada Quill</PersonName></Contributor>
      <Language><LanguageRole>01</LanguageRole><LanguageCode>eng</LanguageCode></Language>
    </DescriptiveDetail>
    <CollateralDetail>
      <TextContent><TextType>03</TextType><ContentAudience>00</ContentAudience>
        <Text>A road, and who went down it.</Text></TextContent>
    </CollateralDetail>
    <PublishingDetail>
      <Imprint><ImprintName>Larkmere</ImprintName></Imprint>
      <PublishingStatus>04</PublishingStatus>
      <PublishingDate><PublishingDateRole>01</PublishingDateRole><Date>20260903</Date></PublishingDate>
      <SalesRights><SalesRightsType>01</SalesRightsType>
        <Territory><RegionsIncluded>WORLD</RegionsIncluded></Territory></SalesRights>
    </PublishingDetail>
    <RelatedMaterial><RelatedWork><WorkRelationCode>01</WorkRelationCode>
      <WorkIdentifier><WorkIDType>01</WorkIDType><IDTypeName>Larkmere</IDTypeName>
        <IDValue>{work}</IDValue></WorkIdentifier></RelatedWork></RelatedMaterial>
    <ProductSupply>
      <Market><Territory><CountriesIncluded>GB</CountriesIncluded></Territory></Market>
      <SupplyDetail>
      <Supplier><SupplierRole>01</SupplierRole><SupplierName>Larkmere</SupplierName></Supplier>
      <ProductAvailability>20</ProductAvailability>
      <Price><PriceType>02</PriceType><PriceAmount>{price}</PriceAmount>
        <CurrencyCode>GBP</CurrencyCode></Price>
    </SupplyDetail></ProductSupply>
  </Product>
"""


def message() -> str:
    """Two formats of one title, and a second title whose ISBN has a wrong check digit."""
    records = (
        RECORD.format(isbn="9781670000101", form="BB", title="The Black Road", work="W1", price="18.99"),
        RECORD.format(isbn="9781670000118", form="BC", title="The Black Road", work="W1", price="9.99"),
        RECORD.format(isbn="9781670000201", form="BC", title="The Tin Map", work="W2", price="8.99"),
    )
    return MESSAGE.format(records="".join(records))


def main() -> None:
    """Write a file, list what it holds in a store, and show what needs a person."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "titles.xml"
        path.write_text(message(), encoding="utf-8")
        policy = StorePolicy(weights_g={"B": Decimal(300)})
        policy = StorePolicy(weights_g=policy.weights_g, readiness=policy.readiness.without("no-cover"))
        with OnixReader(path) as onix:
            bridge = onix_to_bigcommerce(
                onix, Sandboxes().open(BigCommerce), sender="larkmere", policy=policy
            )
            plan = bridge.plan()
            print(plan)
            print()
            print(bridge.apply(plan))
    print()
    print("Next: commerce-bridge demo --onix FILE does the same with a file of yours.")


if __name__ == "__main__":
    main()
