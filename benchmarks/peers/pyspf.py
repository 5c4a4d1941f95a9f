"""pyspf.py RECORDS SECONDS: pyspf checks the same sender again and again.

Kept: the text of each record, as its resolver hands it out. Done each time: all else. pyspf's own cache lives as long
as one check, and no record is kept in a form that is read already.
"""
import json
import sys
import time

import spf

WARM_UP_SECONDS = 1

with open(sys.argv[1], encoding="latin-1") as lines:
    records = {name: [text.encode("latin-1")] for name, text in (line.rstrip("\n").split("\t", 1) for line in lines)}


def look_up(name, qtype, strict=True, timeout=20):
    return [((name, qtype), records[name])] if qtype == "TXT" and name in records else []


def check():
    return spf.query(i="203.0.113.77", s="bounce-4711@news.example.com", h="out-7.provider.example", receiver="mx.example.net").check()[0]


def main():
    nanoseconds = float(sys.argv[2]) * 1e9
    end = time.process_time() + WARM_UP_SECONDS
    while time.process_time() < end:
        check()

    ops = used = 0
    started = time.process_time_ns()
    while used < nanoseconds:
        verdict = check()
        ops += 1
        used = time.process_time_ns() - started
    line = {"peer": "pyspf", "message": "spf-5-includes", "ops": ops, "cpu_ns_per_op": used // ops, "verdict": verdict}
    print(json.dumps(line, separators=(",", ":")))


spf.DNSLookup = look_up
main()
