"""Holds requests and answers against vendors' OpenAPI 3 files.

A test loads a `Specification` once, sends its traffic through `check_request` and `check_response`,
and asserts that nothing is left once the rows of a `Deviations` table have excused what honest
traffic does otherwise::

    spec = bigcommerce.specification()
    table = Deviations(rows=bigcommerce.REQUESTS)
    problems = spec.check_request(request, table)
    assert not problems, report(problems)
    assert not table.unused(among={"PUT /v3/catalog/products"})

Nothing here knows a platform; the root address and the tables of one platform are in a module of
its name beside this one.
"""

from rigs.openapi.deviations import Deviation, Deviations
from rigs.openapi.documents import DamagedContract
from rigs.openapi.examples import Example, examples
from rigs.openapi.operations import Operation, Parameter
from rigs.openapi.problems import Problem, report
from rigs.openapi.schemas import ANSWER, OPEN_REQUEST, REQUEST, Use
from rigs.openapi.specification import Specification

__all__ = [
    "ANSWER",
    "OPEN_REQUEST",
    "REQUEST",
    "DamagedContract",
    "Deviation",
    "Deviations",
    "Example",
    "Operation",
    "Parameter",
    "Problem",
    "Specification",
    "Use",
    "examples",
    "report",
]
