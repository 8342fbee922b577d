"""What a developer of Latchkey runs: a real Home Assistant, a simulated cloud, and both at once."""
