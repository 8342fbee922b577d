"""Tests of a Keyless account in Home Assistant, with the simulated platform."""
