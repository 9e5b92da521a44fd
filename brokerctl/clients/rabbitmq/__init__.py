"""RabbitMQ's management API as a client, one module per resource: JSON in, values of clients.models out."""
