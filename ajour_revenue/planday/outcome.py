"""What may come of telling Planday a figure."""

from typing import Literal

Outcome = Literal["published", "unchanged", "no shift that day", "kept existing", "refused"]
