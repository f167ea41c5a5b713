"""What one process uses, from /proc."""
import os
import pathlib


def processor_ms(pid):
    """Of all its threads, in nanosecond steps: the ticks of stat are too coarse for a process at rest."""
    spent = 0
    for thread in pathlib.Path(f"/proc/{pid}/task").iterdir():
        spent += int((thread / "schedstat").read_text().split()[0])
    return spent / 1e6


def reaped_ms(pid):
    """Of its children that have ended and theirs; in ticks of 10 ms."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[13]) + int(fields[14])) * 1000 / os.sysconf("SC_CLK_TCK")


def memory_mb(pid):
    """{"VmRSS": …, "VmHWM": …, "RssAnon": …, "RssFile": …} in MB."""
    lines = (line.split() for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())
    return {words[0].rstrip(":"): int(words[1]) * 1024 / 1e6 for words in lines if words and words[0].startswith(("VmRSS", "VmHWM", "Rss"))}


def median(values):
    return sorted(values)[len(values) // 2]


def ratio_words(ratios):
    """The median of pairs measured in turn, with the span."""
    return f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}, {len(ratios)} pairs)"
