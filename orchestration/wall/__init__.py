"""The wall: every file from outside is opened, unpacked, decoded and read in a child process that may break.

A child is made for one file and ends with it. It has limits on processor time, memory, what it writes and how many files
it holds open, no network, and a process group of its own in which it is ended. It hands over bytes of JSON that the room
which asked reads as typed records: nothing that a child says is ever unpickled, nor run. A child that is ended or breaks
off is a `Fallen`, which is a refusal with its reason, and the next file gets the next child.

`guard` is the side that asks, `stem` the process that children are forked from with their imports done, `child` what one
does, `limits` how much it may. Add here what holds for any file; what a file says belongs to `reading` and `filings`,
whose functions are called behind the wall by their names.
"""

from orchestration.wall.guard import Ask, ask, start, stop
from orchestration.wall.limits import Fallen, Limits, broken, held

__all__ = ["Ask", "Fallen", "Limits", "ask", "broken", "held", "start", "stop"]
