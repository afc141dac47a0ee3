"""Planday's Open API: wages come in, revenue goes out."""
