"""A real Home Assistant with a simulated cloud beside it, used as a person uses it."""
