"""The map of a broker: what is known becomes a graph, a part of it is chosen, and that part gets places. All pure."""
