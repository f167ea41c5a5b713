"""Prints argv[1] MiB to stdout and to stderr at once, in lines of 1 KiB."""
import os
import sys
import threading


def write(fd, mebibytes):
    block = (b"x" * 1023 + b"\n") * 1024
    for _ in range(mebibytes):
        rest = memoryview(block)
        while rest:
            rest = rest[os.write(fd, rest):]
    os.write(fd, b"the last line\n")


threads = [threading.Thread(target=write, args=(fd, int(sys.argv[1]))) for fd in (1, 2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
