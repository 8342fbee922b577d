"""Home Assistant with an account at a simulated KEYVOX cloud."""
