"""Tests of the grants of a KEYVOX account in Home Assistant."""
