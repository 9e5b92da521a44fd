"""Procedures on a broker: browse, publish, purge, move. They report progress and know nothing of Django."""
