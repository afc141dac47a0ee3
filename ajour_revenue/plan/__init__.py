"""The coming days: what each unit is expected to sell, and what the planned shifts cost of it."""
