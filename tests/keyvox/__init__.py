"""Tests of a KEYVOX account in Home Assistant."""
