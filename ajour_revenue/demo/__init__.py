"""An Ajour and a Planday to try everything with."""
