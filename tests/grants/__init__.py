"""Grants without Home Assistant: the ledger, its crashes, deliveries and codes, against the simulated cloud."""
