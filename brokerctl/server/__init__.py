"""The embedded broker as a process: sockets, timers, threads. The only package with AMQP sockets."""
