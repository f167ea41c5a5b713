"""Says goodbye on SIGTERM and ends with code 0."""
import signal
import sys
import time


def on_term(_signal, _frame):
    print("goodbye", flush=True)
    sys.exit(0)


signal.signal(signal.SIGTERM, on_term)
print("ready", flush=True)
while True:
    time.sleep(60)
