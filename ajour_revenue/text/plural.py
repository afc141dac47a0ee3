"""What is said of one thing, and of several."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Counted:
    """The words for a number of things, which Danish and English choose alike. The first `{}` takes the number."""

    one: str
    other: str

    def format(self, number: int, *more: object) -> str:
        """Say how many there are."""
        return (self.one if number == 1 else self.other).format(number, *more)
