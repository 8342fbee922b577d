"""Tests of an iLOQ account in Home Assistant."""
