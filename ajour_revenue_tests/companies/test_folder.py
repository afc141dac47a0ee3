"""What keeps a company's folder from being used."""

from decimal import Decimal
from pathlib import Path

import pytest

from ajour_revenue.companies.folder import Company, CompanyError, check_name
from ajour_revenue.settings.load import load_settings
from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue_tests.companies.kit import add_company
from ajour_revenue_tests.language import assert_said_in_both


@pytest.mark.parametrize("written", ["", "0", "65536", "4001a"])
def test_what_is_no_port_is_told(tmp_path: Path, written: str) -> None:
    company = Company(tmp_path / "nord")
    company.folder.mkdir()
    company.server_file.write_text(f"PORT={written}\n", encoding="utf-8")

    with pytest.raises(CompanyError) as error:
        assert company.port

    assert error.value.text == Bilingual(
        da=f"I {company.server_file} står PORT={written}, som ikke er en port. Skriv et tal som 4001.",
        en=f"{company.server_file} says PORT={written}, which is no port. Write a number such as 4001.",
    )


def test_settings_that_name_another_company_are_told(tmp_path: Path) -> None:
    company = Company(add_company(tmp_path, "nord", Decimal(1000)).folder.rename(tmp_path / "syd"))
    settings = load_settings(company.settings_file)

    with pytest.raises(CompanyError, match=r"is in the folder of syd, and its name is nord\.") as error:
        check_name(company, settings)

    assert f"{company.settings_file} ligger i mappen syd, og dens name er nord. Giv " in error.value.text.da
    assert_said_in_both(error.value.text)
