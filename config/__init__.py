"""How the system is wired: settings, addresses, server, texts."""
