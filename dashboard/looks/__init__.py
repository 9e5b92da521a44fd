"""What brokers tell of the things that somebody looks at, and only of those: asked once for all who look."""
