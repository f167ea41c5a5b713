"""Runs deployctl as a person would: an own home, a directory, no terminal."""
import os
import pathlib
import subprocess

import places

PROGRAM = pathlib.Path(os.environ.get("DEPLOYCTL_CLI", places.BUILD / "controller" / "cli" / "deployctl"))


class Deployctl:
    def __init__(self, directory, home, **variables):
        self.directory = pathlib.Path(directory)
        self.home = pathlib.Path(home)
        self.variables = variables

    def environment(self):
        return {"PATH": "/usr/bin:/bin", "HOME": str(self.home), **self.variables}

    def run(self, *arguments):
        """(code, stdout, stderr)"""
        done = subprocess.run([PROGRAM, *map(str, arguments)], cwd=self.directory, env=self.environment(), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120, check=False)
        return done.returncode, done.stdout, done.stderr
