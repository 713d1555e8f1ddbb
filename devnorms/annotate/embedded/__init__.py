"""
The coder that comes with the package: linear, small, no download.
"""
