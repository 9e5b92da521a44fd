"""Live numbers: the collector asks brokers, streams turn what changed into one text, sockets carry it to browsers."""
