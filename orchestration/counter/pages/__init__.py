"""What each page of the counter holds: a module a page, a function a route, all of them in `routes`.

A function takes what was asked and returns a page, or where to go after a change. It asks the rooms below and decides nothing.
"""
