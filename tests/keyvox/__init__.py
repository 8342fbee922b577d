"""Tests of a KEYVOX account."""
