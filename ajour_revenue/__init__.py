"""Revenue from Ajour, wages from Planday, and the wage percentage of every restaurant, as a Dagster project."""

__version__ = "0.1.0"
