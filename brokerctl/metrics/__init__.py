"""Counters at two times make a rate, or a gap. Pure: times are passed in."""
