"""Measurements: relevance, speed, scale, growth and survival. Run by `make bench`; nothing here is
a timed test.
"""
