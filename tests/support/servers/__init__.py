"""Real servers for tests, on loopback, each started only where a test asks for it."""
