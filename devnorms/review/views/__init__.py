"""
The pages of the site, one file per what a person does there.
"""
