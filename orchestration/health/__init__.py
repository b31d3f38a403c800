"""How each source stands by its publisher's calendar, and when to look at an address again.

Reads the register and the journals of looks; decides nothing about files.
"""
