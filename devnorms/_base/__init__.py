"""
What every room stands on: errors, ages, checks, the record of how a result was made.
"""
