"""Tests of grants inside Home Assistant, over real HTTP to the simulated cloud."""
