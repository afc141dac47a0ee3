"""The coming days, from what is stored of the past."""
