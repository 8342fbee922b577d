"""Tests of readings, settings, logs, actions and bookings in Home Assistant."""
