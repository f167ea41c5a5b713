"""Deadlines instead of sleeps."""
import time


def wait_until(condition, seconds=30, what=None, every=0.1):
    """Calls `condition` until it returns something true, and returns that. Fails with the last answer after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            description = what() if callable(what) else what or condition.__name__
            raise AssertionError(f"not within {seconds} s: {description}; last answer: {answer!r}")
        time.sleep(every)


def stays(condition, seconds, every=0.2):
    """Fails as soon as `condition` is not true; returns after `seconds` of it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = condition()
        assert answer, f"did not stay so for {seconds} s: {answer!r}"
        time.sleep(every)
