"""Home Assistant loads this package as the folder of custom integrations."""
