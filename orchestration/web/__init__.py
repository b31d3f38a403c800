"""What stands between a web page of ours and whoever asks it: the guard.

Add here what every page that listens on a port needs. What a page shows belongs to the page.
"""
