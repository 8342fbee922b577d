"""Tests of the vendors, without Home Assistant."""
