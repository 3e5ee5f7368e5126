"""Writes, one use case a function: they flush and never commit; the edge commits once. No Flask here."""
