"""Figures drawn by the server: pure geometry, from plain values to plain values; no database in it."""
