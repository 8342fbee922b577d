"""A KEYVOX account in Home Assistant, at the simulated cloud."""
