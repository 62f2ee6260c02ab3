"""What each agent's hook payload means: one module per agent, found by registry.py."""
