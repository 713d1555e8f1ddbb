"""
The mapping file: which column is what, in which units and codes, who was sampled.
"""
