"""What a broker is: vhosts, exchanges, queues, consumers, and the rules between them.

No bytes, sockets, files, clocks or awaits. Commands append effects; the server carries them out.
"""
