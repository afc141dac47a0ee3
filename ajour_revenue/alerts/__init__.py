"""Telling people what needs attention: by mail and by webhook, both off by default."""
