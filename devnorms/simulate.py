"""
Synthetic children whose norms are known.
"""
