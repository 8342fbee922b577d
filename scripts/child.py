"""A child process that is started in a group of its own, watched, and stopped with everything it started."""

import asyncio
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable, Mapping, Sequence
import contextlib
import os
from pathlib import Path
import random
import signal
import socket
import time

LOOPBACK = "127.0.0.1"
STOP_TIMEOUT = 40.0
# No system gives these to an outgoing connection between the choice and the start.
QUIET_PORTS = range(20000, 32000)


class ScriptError(Exception):
    """Something that a developer can put right, said in one line."""


def port_to_use(port: int, option: str) -> int:
    """Return the port if it is free on the loopback address, or any free one for 0."""
    candidates = random.sample(QUIET_PORTS, 20) if port == 0 else [port]
    for candidate in candidates:
        with socket.socket() as probe:
            # As the servers themselves do: a connection in TIME_WAIT does not take the port.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, candidate))
            except (OSError, OverflowError) as error:
                reason = getattr(error, "strerror", None) or error
            else:
                return candidate
    raise ScriptError(
        f"Port {candidates[-1]} cannot be used ({reason}): choose another with {option}."
    )


async def until[T](
    what: str, timeout: float, check: Callable[[], Awaitable[T | None]]
) -> T:
    """Ask again and again until there is an answer, for so many seconds at the most."""
    end = time.monotonic() + timeout
    while (answer := await check()) is None:
        if time.monotonic() > end:
            raise ScriptError(f"Waited {timeout:.0f} s in vain for {what}.")
        await asyncio.sleep(0.05)
    return answer


class Child:
    """One running program and the log that it writes."""

    def __init__(self, name: str, process: Process, log: Path) -> None:
        """Hold a program that is running already."""
        self.name = name
        self.log = log
        self._process = process

    @classmethod
    async def start(
        cls,
        name: str,
        command: Sequence[str],
        *,
        cwd: Path,
        log: Path,
        env: Mapping[str, str],
    ) -> Child:
        """Start the program; a group of its own keeps a Ctrl-C in the terminal away from it."""
        with log.open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                *command,
                cwd=cwd,
                env={**os.environ, **env},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        return cls(name, process, log)

    @property
    def exit_code(self) -> int | None:
        """Return the exit code once the program has ended."""
        return self._process.returncode

    async def wait(self) -> int:
        """Wait for the program's end."""
        return await self._process.wait()

    def check(self) -> None:
        """Raise if the program has ended, with the last line that it wrote."""
        if self.exit_code is not None:
            lines = self.text().strip().splitlines() or ["no output"]
            raise ScriptError(
                f"{self.name} ended with code {self.exit_code}: {lines[-1]} (log: {self.log})"
            )

    def text(self) -> str:
        """Return all that the program has written."""
        return self.log.read_text(errors="replace")

    async def stop(self) -> None:
        """Ask the program to stop, wait for it, and end what is left of its group."""
        group = self._process.pid
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        try:
            async with asyncio.timeout(STOP_TIMEOUT):
                await self._process.wait()
        except TimeoutError:
            print(
                f"{self.name} did not stop within {STOP_TIMEOUT:.0f} s and was ended."
            )
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
        await self._process.wait()
