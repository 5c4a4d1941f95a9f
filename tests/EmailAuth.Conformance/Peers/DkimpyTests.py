"""Verifies or signs every message of a folder with dkimpy.

verify: prints "name TAB pass" or "name TAB fail reason" for each NAME.eml.
sign: writes NAME_HEADER-BODY_SELECTOR.signed for each message, canonicalization and key.
"""
import os
import sys

import dkim

folder, mode = sys.argv[1], sys.argv[2]
keys = dict(line.split("\t", 1) for line in open(os.path.join(folder, "keys.txt")).read().splitlines())


def text_record(name, timeout=5):
    return keys.get(name.decode().rstrip("."), "").encode() or None


def read(name):
    with open(os.path.join(folder, name), "rb") as file:
        return file.read()


for name in sorted(entry[:-4] for entry in os.listdir(folder) if entry.endswith(".eml")):
    message = read(name + ".eml")
    if mode == "verify":
        try:
            print(name, "pass" if dkim.DKIM(message).verify(dnsfunc=text_record) else "fail", sep="\t")
        except Exception as error:
            print(name, "fail " + repr(error), sep="\t")
        continue
    for header in (b"simple", b"relaxed"):
        for body in (b"simple", b"relaxed"):
            for selector, algorithm, key in (("rsa2048", b"rsa-sha256", "rsa2048.pem"), ("ed25519", b"ed25519-sha256", "ed25519.seed")):
                field = dkim.sign(message, selector.encode(), b"example.com", read(key), canonicalize=(header, body), signature_algorithm=algorithm)
                with open(os.path.join(folder, f"{name}_{header.decode()}-{body.decode()}_{selector}.signed"), "wb") as file:
                    file.write(field + message)
