"""Measurements, side by side in one run: medians and ratios, never a bare number of one machine."""
