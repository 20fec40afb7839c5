"""The people of the invented list.  None of them exists."""

from __future__ import annotations

from commerce_bridge.sandbox.catalogue.shapes import Address, Body, Person

_PEOPLE = """
Ottoline Farrow | female | Ottoline Farrow mapped drainage ditches for eleven years before she wrote her first crime novel in a shed beside one.
Barnaby Thrupp | male | Barnaby Thrupp repairs harmoniums, badly, and writes about villages he would not care to live in.
Ìfẹ́ Adébáyọ̀-Wrenn | female | Ìfẹ́ Adébáyọ̀-Wrenn grew up between two ferry timetables and teaches night classes in the novel.
Søren Øksendahl | male | Søren Øksendahl is the author of nine Norwegian novels, of which this is the shortest.
Margaux Déjardin-Poole | female | Margaux Déjardin-Poole writes in trains and corrects in stations.
Tobias Quillfeather | male | Tobias Quillfeather was a court shorthand writer; his people speak as people do.
Hester Loomwright | female | Hester Loomwright lives above a wool shop with two lurchers and no television.
Idris Penhallow-Rees | male | Idris Penhallow-Rees has crossed the Irish Sea by every means that floats.
Zdeňka Řeháková | female | Zdeňka Řeháková is a glass-blower's daughter and one of the quiet masters of Czech fiction.
Wilhelmina Stoat | female | Wilhelmina Stoat draws animals that look as if they had paid rent.
Pip Larkspur | nonbinary | Pip Larkspur writes for the very young and for those who must read aloud to them.
Cornelius Bracket | male | Cornelius Bracket was a lighthouse keeper's relief until the lights were made to mind themselves.
Nkechi Halloway | female | Nkechi Halloway builds worlds on index cards and keeps them in biscuit tins.
Leopold Vantage-Smythe | male | Leopold Vantage-Smythe is retired from orbital insurance.
Amarjit Thistlewood | male | Amarjit Thistlewood bakes at four in the morning and writes when the ovens cool.
Rosalba Finchingfield | female | Rosalba Finchingfield has cooked on boats, in a convent, and once for a deposed king.
Oona MacSweeney-Vogt | female | Oona MacSweeney-Vogt gardens on a slope facing the wrong way and eats from it all year.
Ezekiel Thornbury-Okafor | male | Ezekiel Thornbury-Okafor reads other people's account books for a living and for pleasure.
Philippa Gannet | female | Philippa Gannet is a historian of things that sank.
Lorcan Ó Dubhshláine | male | Lorcan Ó Dubhshláine writes in two languages and is silent in a third.
Beatrix Umberleigh | female | Beatrix Umberleigh has published a poem on every kind of British rain.
Kazimierz Wołoszyn-Hart | male | Kazimierz Wołoszyn-Hart measures glaciers in summer and explains them in winter.
Saoirse Templeman | female | Saoirse Templeman studies fungi that study us.
Augustin Bellweather | male | Augustin Bellweather predicts the weather for a small newspaper with large readers.
Yuki Tanabe-Firth | female | Yuki Tanabe-Firth counts moths and has been outnumbered.
Delphine Marchbanks | female | Delphine Marchbanks walks to work across three counties.
Gwendolen Sparrowhawke | female | Gwendolen Sparrowhawke rang bells in forty towers.
Rufus Oakapple | male | Rufus Oakapple taught primary school for twenty years and still lines up for lunch.
Tamsin Jellicoe-Nair | female | Tamsin Jellicoe-Nair writes adventures with maps in the front and cake at the end.
Emrys Cantlow | male | Emrys Cantlow illustrates with ink he makes from his own oak galls.
Ludmila Vesper | female | Ludmila Vesper cuts her pictures from paper and never uses glue.
Fenella Grieg-Otway | female | Fenella Grieg-Otway translates from Norwegian, Danish, and, when pressed, Faroese.
Matouš Hollyhock | male | Matouš Hollyhock translates from Czech.
Araminta Bellringer | female | Araminta Bellringer has read more than two hundred books aloud, some of them twice.
Jasper Nightingale-Roy | male | Jasper Nightingale-Roy came to narration from the shipping forecast.
Morwenna Tregear | female | Morwenna Tregear reads crime so that you leave the light on.
Silas Oyelaran | male | Silas Oyelaran voices fathers, foxes and one memorable kettle.
Philomena Dray | female | Philomena Dray edits, and has never once been thanked in verse until now.
"""

_CATE = Person(
    before="Cate",
    key="Merriweather",
    gender="female",
    note="Cate Merriweather keeps bees on a chapel roof and a diary of what they do.",
    isni="0000000000000028",
    address_as="Dr Merriweather",
    honours="FRES",
    affiliation="Fellow of the Brackwater Institute of Small Lives",
    email="cate@merriweather.example",
    phone="+44 1632 960028",
    address=Address(
        lines=("The Old Chapel", "Skep Lane", "Nether Brackwater"),
        building="Chapel House",
        flat="Upper Loft",
        care_of="Nuthatch Literary Agency",
        department="Department of Small Lives",
        organisation="Brackwater Institute",
        box="PO Box 28",
        postcode="BW1 2XX",
        country="GB",
    ),
    remark="Prefers letters. Never ring before the hives have been seen to.",
)

MUSEUM = Body(
    name="The Brackwater Museum of Lost Vessels",
    note="The museum keeps what the sea gave back.",
    country="GB",
)
SOCIETY = Body(
    name="The Society of Amateur Weathermen", note="The society has been wrong since 1871.", country="GB"
)


def _read(line: str) -> Person:
    name, gender, note = (part.strip() for part in line.split("|"))
    before, _, key = name.partition(" ")
    return Person(before=before, key=key, gender=gender, note=note)


PEOPLE: dict[str, Person] = {
    person.name: person for person in (*map(_read, _PEOPLE.strip().splitlines()), _CATE)
}
"""Everybody by the name on the title page."""

NARRATORS: tuple[str, ...] = (
    "Araminta Bellringer",
    "Jasper Nightingale-Roy",
    "Morwenna Tregear",
    "Silas Oyelaran",
)
"""Who reads the audiobooks, in turn."""
