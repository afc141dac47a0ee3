"""From Ajour's locations to revenue units: mapping, VAT, overwrite, revisions."""
