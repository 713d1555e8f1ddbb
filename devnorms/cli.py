"""
Words in, table or file out; no statistics.
"""
