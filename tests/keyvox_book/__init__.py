"""Tests of the book of grants at KEYVOX's cloud, whose batches bring them to devices."""
