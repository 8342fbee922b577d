"""Home Assistant with a KEYVOX account, against the simulated cloud."""
