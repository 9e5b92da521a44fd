"""The command line for any broker: one module per group of commands."""
