"""The map: rates, graph, choice, layout, words."""
