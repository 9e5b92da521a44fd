"""Other people's brokers, and ours: one client for every kind. `registry.connect` gives the right one."""
