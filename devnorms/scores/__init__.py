"""
Scores of children from their answers, with published keys.
"""
