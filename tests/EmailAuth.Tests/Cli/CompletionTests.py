"""Types a line and a tab into a real shell on a terminal, and prints the arguments that the command would then have got, one a line.

Usage: CompletionTests.py SHELL SCRIPT FOLDER LINE, each further LINE a further call; calls are set apart by an empty line."""

import os
import pty
import re
import select
import signal
import sys
import time

shell, script, folder, *lines = sys.argv[1:]

# In each the command is a function that tells what it was given, and marks where it ends.
TELL = {
    "bash": "emailauth() { printf '<arg>%s</arg>\\n' \"$@\"; printf '<%s>\\n' end; }",
    "zsh": "emailauth() { printf '<arg>%s</arg>\\n' \"$@\"; printf '<%s>\\n' end; }",
    "fish": "function emailauth; printf '<arg>%s</arg>\\n' $argv; printf '<%s>\\n' end; end",
}
START = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "-i"],
}
PREPARE = {
    "bash": [f"source {script}", "bind 'set bell-style none'", "bind 'set enable-bracketed-paste off'"],
    "zsh": ["autoload -U compinit", "compinit -D -u", f"source {script}", "unsetopt LIST_BEEP AUTO_LIST AUTO_MENU", "unset zle_bracketed_paste"],
    "fish": [f"source {script}"],
}

child, terminal = pty.fork()
if child == 0:
    os.chdir(folder)
    home = {"HOME": folder, "XDG_CONFIG_HOME": folder, "XDG_DATA_HOME": folder, "HISTFILE": "/dev/null"}
    os.execvpe(START[shell][0], START[shell], {"PATH": os.environ["PATH"], "TERM": "xterm", "LC_ALL": "C.UTF-8", "PS1": "$ ", "COLUMNS": "400", **home})

import fcntl, struct, termios
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 400, 0, 0))


def read_until(marker, limit):
    seen = ""
    end = time.monotonic() + limit
    while not re.search(marker, seen):
        wait = end - time.monotonic()
        if wait <= 0:
            break
        ready, _, _ = select.select([terminal], [], [], wait)
        if not ready:
            break
        try:
            octets = os.read(terminal, 65536)
        except OSError:
            break
        if not octets:
            break
        seen += octets.decode("utf-8", "replace")
    if not re.search(marker, seen):
        sys.exit(f"{shell} does not answer: {seen!r}")
    return seen


def type_line(text):
    os.write(terminal, text.encode())


try:
    for command in [TELL[shell], *PREPARE[shell]]:
        type_line(command + "\r")
    type_line("emailauth ready\r")
    read_until(r"<arg>ready</arg>[\s\S]*<end>", 60)
    for line in lines:
        type_line("emailauth " + line + "\t\r")
        answer = read_until(r"<end>", 60)
        for argument in re.findall(r"<arg>([^\r\n]*?)</arg>", answer):
            print(argument)
        print()
finally:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
