"""Locks that are locked and unlocked by command, without Home Assistant."""
