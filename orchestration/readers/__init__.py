"""What reads a published edition and makes of it what people read: nothing here knows a run, the lake or a publisher.

Each reader is a folder. Its input is the folder of an edition and the observatory's configuration; what it writes, it
can write again from the same two. A reader that fails leaves the edition in service: `record` turns the accident into
a check for whoever publishes.
"""
