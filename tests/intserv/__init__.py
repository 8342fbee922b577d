"""Tests of an IntServ account in Home Assistant."""
