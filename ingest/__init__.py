"""Meterhouse."""
