"""Counts SIGTERM and goes on."""
import signal
import time

count = 0


def on_term(_signal, _frame):
    global count
    count += 1
    print("term", count, flush=True)


signal.signal(signal.SIGTERM, on_term)
print("ready", flush=True)
while True:
    time.sleep(60)
