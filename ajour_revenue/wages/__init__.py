"""Wage costs, and what percentage of the revenue they are."""
