"""Bytes and values of AMQP 0-9-1. Pure functions: no sockets, no clocks, no state. Only our own errors leave."""
