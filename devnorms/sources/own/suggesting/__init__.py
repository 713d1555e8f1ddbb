"""
Draft a mapping file from what a file shows of itself, free text apart.
"""
