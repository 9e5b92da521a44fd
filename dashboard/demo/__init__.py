"""A small shop on a broker: steady traffic by pika, so that there is something to look at. Knows nothing of Django."""
