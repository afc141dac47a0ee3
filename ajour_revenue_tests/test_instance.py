"""Dagster's instance that is not where DAGSTER_HOME leads."""

import pytest

from ajour_revenue.instance import NoInstanceError, dagster_instance


@pytest.mark.parametrize("home", ["/not/there", "not/absolute", __file__])
def test_where_it_was_looked_for_is_told_in_both_languages(monkeypatch: pytest.MonkeyPatch, home: str) -> None:
    monkeypatch.setenv("DAGSTER_HOME", home)

    with pytest.raises(NoInstanceError) as error, dagster_instance():
        pass

    assert f'"{home}"' in error.value.text.en
    assert error.value.text.da == (
        f"Dagsters instans kan ikke åbnes: DAGSTER_HOME er {home}. Miljøvariablen skal være den fulde sti til en "
        "mappe, der findes."
    )
