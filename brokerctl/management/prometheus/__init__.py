"""The broker's numbers as Prometheus reads them, under RabbitMQ's names, so that boards made for RabbitMQ show ours."""
