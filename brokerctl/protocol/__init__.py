"""The conversation of AMQP 0-9-1 on the broker's side, without sockets or clocks: bytes in, events out."""
