"""The coming days: what each unit is expected to sell."""
