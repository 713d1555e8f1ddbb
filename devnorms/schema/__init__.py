"""
The tables that cross the walls between rooms, one file per table.
"""
