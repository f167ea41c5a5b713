"""Prints what no terminal should see: NUL, escapes, invalid UTF-8, a line of 10 MB."""
import os

os.write(1, b"a\x00b \x1b[31mred\x1b[0m \xff\xfe end\n")
block = b"y" * (1 << 20)
for _ in range(10):
    rest = memoryview(block)
    while rest:
        rest = rest[os.write(1, rest):]
os.write(1, b"\nafter\n")
