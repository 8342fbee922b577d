"""Tests of the bookings of a KEYVOX account."""
