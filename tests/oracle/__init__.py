"""A second implementation of the billing rules, to hold the warehouse against.

Pure Python over `int`, `Fraction` and `Decimal`: no float, no SQL, nothing of the warehouse. Every
module names the source of its rules: API reference pages (the create, list and preview pages of
usage records, meter event summaries and invoices), Stripe's documentation, and, where both are
silent, the choice made. The documented worked numbers in `tests/vectors/` are checked here too, so
that the yardstick itself has been measured.

Instants are whole seconds since 1970 (UTC), money is whole minor units, quantities are `Fraction`.
"""
