"""Tests of push: callbacks at the vendor, calls that arrive, and how they fare."""
