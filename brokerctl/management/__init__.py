"""The RabbitMQ-compatible HTTP API of the embedded broker: JSON on one side, `door.Door` on the other.

Knows nothing of sockets, bytes on the wire or disks. One module per resource; `app.py` puts them together.
"""
