"""Counts SIGTERM and goes on."""
import os
import signal
import time

count = 0


def on_term(_signal, _frame):
    global count
    count += 1
    os.write(1, f"term {count}\n".encode())


signal.signal(signal.SIGTERM, on_term)
os.write(1, b"ready\n")
while True:
    time.sleep(60)
