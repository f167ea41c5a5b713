"""Prints the value of CANARY in every way that could slip through."""
import os
import time

canary = os.environ["CANARY"].encode()
half = len(canary) // 2
os.write(1, b"plain " + canary + b" end\n")
os.write(1, b"in two writes " + canary[:half])
time.sleep(0.05)
os.write(1, canary[half:] + b" end\n")
os.write(1, b"with an escape inside " + canary[:half] + b"\x1b[1m" + canary[half:] + b" end\n")
os.write(1, b"z" * (16 * 1024 - 10) + canary + b"\n")
os.write(2, b"no line break " + canary)
