"""The budget: what each place is to sell, and to pay for it, day by day, beside what it did and is expected to."""
