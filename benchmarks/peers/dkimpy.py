"""dkimpy.py RECORDS SECONDS MESSAGE...: dkimpy verifies the signature of a message again and again.

Kept: the octets of the messages, and the text of each key record. Done each time, since dkimpy keeps nothing from one
message to the next: the message is gone through, the key record is read and its key decoded.
"""
import json
import sys
import time
from pathlib import Path

import dkim

WARM_UP_SECONDS = 1

with open(sys.argv[1], encoding="latin-1") as lines:
    records = {name: text.encode("latin-1") for name, text in (line.rstrip("\n").split("\t", 1) for line in lines)}


def text_record(name, timeout=5):
    return records.get(name.decode("ascii").rstrip("."))


def verify(message):
    try:
        return "pass" if dkim.DKIM(message).verify(dnsfunc=text_record) else "fail"
    except dkim.DKIMException:
        return "fail"


def main():
    nanoseconds = float(sys.argv[2]) * 1e9
    messages = [(path.stem, path.read_bytes()) for path in map(Path, sys.argv[3:])]

    end = time.process_time() + WARM_UP_SECONDS
    while time.process_time() < end:
        for _, message in messages:
            verify(message)

    for name, message in messages:
        ops = used = 0
        started = time.process_time_ns()
        while used < nanoseconds:
            verdict = verify(message)
            ops += 1
            used = time.process_time_ns() - started
        line = {"peer": "dkimpy", "message": name, "ops": ops, "cpu_ns_per_op": used // ops, "verdict": verdict}
        print(json.dumps(line, separators=(",", ":")))


main()
