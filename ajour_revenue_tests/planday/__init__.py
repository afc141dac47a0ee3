"""Tests of the way to Planday."""
