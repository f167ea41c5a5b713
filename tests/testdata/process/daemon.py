"""Leaves a daemon behind: session of its own, re-parented, no descriptor of ours, and a child of that daemon."""
import os
import time

reading, writing = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        child = os.fork()
        if child:
            os.write(writing, f"{os.getpid()} {child}\n".encode())
        for fd in (0, 1, 2, reading, writing):
            os.close(fd)
        while True:
            time.sleep(60)
    os._exit(0)
print(os.read(reading, 100).decode(), end="", flush=True)
