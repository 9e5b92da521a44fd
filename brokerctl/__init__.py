"""A durable AMQP 0-9-1 broker in plain Python, and clients and procedures for any broker. No Django in here."""

__version__ = "0.1.0"
