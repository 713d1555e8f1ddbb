"""
What is wrong with data, before anybody makes norms of them.
"""
