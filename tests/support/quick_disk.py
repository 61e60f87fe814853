"""Where tests keep their files: in memory, where the machine has room for it.

A test has a database of its own, and each acknowledged booking waits for the disk. What tests ask is what becomes of
their files when a process ends or is killed, and files in memory outlive that as well as those on a disk.
``TMPDIR`` names another place.
"""

import os
import shutil
import tempfile
from pathlib import Path

IN_MEMORY = Path("/dev/shm")
ROOM = 2 * 2**30


def use_it() -> None:
    """Make it the place of temporary files, for this process and those that it starts."""
    if "TMPDIR" not in os.environ and fits(IN_MEMORY):
        os.environ["TMPDIR"] = str(IN_MEMORY)
        tempfile.tempdir = None  # asked for already: look again


def fits(folder: Path) -> bool:
    """Whether files can be written and programs started there, and whether there is room for some hundred tests."""
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        return False
    return not os.statvfs(folder).f_flag & os.ST_NOEXEC and shutil.disk_usage(folder).free > ROOM
