"""What pydantic says of a value, in both languages."""

from typing import get_args

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core.core_schema import ErrorType

from ajour_revenue.ajour.queries import DailyRevenue, Location
from ajour_revenue.planday.models import Page, Portal, Position, Revenue, TimeAndCost
from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue.text.faults import DANISH, FaultError, fault_of

VALUES: tuple[object, ...] = (None, True, 1, 1.5, float("nan"), 10**20, "", "x" * 300, b"x", "\ud800", [], {}, object())


def test_pydantic_knows_each_fault() -> None:
    # The one that is told by Python's part of pydantic.
    assert set(DANISH) - set(get_args(ErrorType)) == {"path_type"}


@pytest.mark.parametrize("model", [Location, DailyRevenue, Portal, Position, Revenue, TimeAndCost, Page])
def test_whatever_comes_instead_of_an_answer_is_told_in_danish(model: type[BaseModel]) -> None:
    adapter = TypeAdapter(model)
    fields = [field.alias or name for name, field in model.model_fields.items()]
    faults = []
    for answer in (*VALUES, *(dict.fromkeys(fields, value) for value in VALUES)):
        try:
            adapter.validate_python(answer)
        except ValidationError as error:
            faults += error.errors()

    assert faults
    told = {fault["type"]: fault_of(fault) for fault in faults}
    assert {kind for kind, text in told.items() if not text.da or text.da == text.en} == set()


def test_what_a_validator_of_ours_says_is_told_as_it_said_it() -> None:
    said = Bilingual(da="det er ikke en dag", en="it is no day")
    error = FaultError(said)

    assert str(error) == said.en
    assert fault_of({"type": "value_error", "loc": (), "msg": "", "input": 1, "ctx": {"error": error}}) == said
