"""Measurements: relevance, speed, growth and survival. Run by `make bench`; nothing here is a timed test."""
