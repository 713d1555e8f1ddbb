"""
Norms of child development that say whose norms they are.
"""
