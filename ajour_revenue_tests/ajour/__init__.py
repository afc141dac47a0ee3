"""Tests of what comes from Ajour."""
