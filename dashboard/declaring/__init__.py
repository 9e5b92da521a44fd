"""What queues, exchanges and policies can be told: every setting with its kind, its unit and what it does. Pure."""
