"""Tests of remote openings: schedules of what happens around them, by a model and in Home Assistant."""
