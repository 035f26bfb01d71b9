#!/usr/bin/env python3
"""verify_audit.py [--key PEM] [--checkpoint JSON] FILE: checks an evidence bundle or an NDJSON export of Stepback's audit.
Shares no code with `stepback audit verify`. Exit 0: whole; 1: each fault on a line. Python 3.8. RFC 8785, 8032, 6962; docs/auditing.md."""
import argparse, base64, contextlib, functools, hashlib, io, json, re, struct, sys, zipfile, zlib

FILES = "README.txt records.ndjson plan.json result.json log.ndjson inclusion-proofs.json checkpoint.json public-key.pem manifest.json".split()
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, DER, HEX = -121665 * pow(121666, -1, P) % P, bytes.fromhex("302a300506032b6570032100"), re.compile(r"[0-9a-f]{64}\Z")
PEM, LINES = "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n", re.compile(rb"[^\n]*\n|[^\n]+\Z")
malformed = contextlib.suppress(KeyError, IndexError, TypeError, ValueError, AttributeError, RecursionError, StopIteration)
sha = lambda data: hashlib.sha256(data).hexdigest()
leaf = lambda record: hashlib.sha256(b"\0" + bytes.fromhex(record["hash"])).digest()
joined = lambda left, right: hashlib.sha256(b"\1" + left + right).digest()

def canonical(value):
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return re.sub("[\x7f-\x9f\u2028\u2029]", lambda found: "\\u%04x" % ord(found[0]), text).encode()

def parse(line):  # the object of a line that is written as the service writes it, to the byte; None for any other
    with malformed:
        value = json.loads(line.decode())
        return value if isinstance(value, dict) and canonical(value) + b"\n" == line else None

def add(p, q):  # points of the curve as (X, Y, Z, T)
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    return (b - a) * (d - c) % P, (d + c) * (b + a) % P, (d - c) * (d + c) % P, (b - a) * (b + a) % P

def times(n, p):
    return add(times(n >> 1, add(p, p)), p if n & 1 else (0, 1, 1, 0)) if n else (0, 1, 1, 0)

def point(raw):
    n = int.from_bytes(raw, "little")
    y = n % 2**255
    x2 = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    root = pow(x2, (P + 3) // 8, P)
    x = next(x for x in (root, root * pow(2, (P - 1) // 4, P) % P) if x * x % P == x2)
    return (x, y, 1, x * y % P) if x & 1 == n >> 255 else (P - x, y, 1, (P - x) * y % P)

@functools.lru_cache(None)
def verify(raw, message, signature):
    scalar, k = int.from_bytes(signature[32:], "little"), hashlib.sha512(signature[:32] + raw + message).digest()
    left = times(scalar, point(b"\x58" + b"\x66" * 31))
    right = add(point(signature[:32]), times(int.from_bytes(k, "little"), point(raw)))
    return scalar < L and all((left[at] * right[2] - right[at] * left[2]) % P == 0 for at in (0, 1))

def is_signed(context, value, pem):
    with malformed:
        der, signature = base64.b64decode("".join(pem.split("\n")[1:-2])), base64.b64decode(value["signature"])
        plain = (PEM % base64.b64encode(der).decode(), base64.b64encode(signature).decode()) == (pem, value["signature"])
        message = canonical({name: member for name, member in value.items() if name != "signature"})
        return plain and der[:12] == DER and verify(der[12:], b"stepback/%s/v1\n" % context.encode() + message, signature)

def root_of(nodes):
    pairs = [joined(*nodes[at:at + 2]) if at + 1 < len(nodes) else nodes[at] for at in range(0, len(nodes), 2)]
    return root_of(pairs) if len(nodes) > 1 else nodes[0].hex()

def climb(node, index, size, proof):  # the root to which a proof leads; None for no proof
    with malformed:
        if size == 1 or index >= size:
            return node if proof == [] and index == 0 else None
        half, sibling = 1 << ((size - 1).bit_length() - 1), bytes.fromhex(HEX.match(proof[-1])[0])
        left = index < half and climb(node, index, half, proof[:-1])
        return joined(left, sibling) if index < half else joined(sibling, climb(node, index - half, size - half, proof[:-1]))

def read_record(line):  # the record, its proof, the hashes that the next one may follow, its faults; None for no record
    with malformed:
        row = parse(line)
        record, seq = row["record"], row["record"]["seq"]
        content = sha(canonical({name: member for name, member in record.items() if name != "hash"}))
        if not (set(row) <= {"record", "texts", "proof"} and HEX.match(record["hash"]) and type(seq) is int and seq > 0):
            return None
        faults = [] if content == record["hash"] else ["record %d was altered" % seq]
        for text in row["texts"]:
            holder, salt = record, bytes.fromhex(re.match(r"[0-9a-f]{32}\Z", text["salt"])[0])
            for name in text["pointer"][1:].split("/"):
                holder = holder.get(name) if isinstance(holder, dict) else None
            if holder != "salted-sha256:" + sha(salt + text["value"].encode()) or len(text) != 3:
                faults.append("the text %s of record %d was altered" % (text["pointer"], seq))
        return record, row.get("proof"), {content, record["hash"]}, faults

def archive(files):  # canonical: one order, no compression, no times, no attributes
    out, central, common = b"", b"", struct.pack("<5H", 20, 8, 0, 0, 33)
    for name, body in files:
        sizes, end = struct.pack("<3I", zlib.crc32(body), len(body), len(body)), struct.pack("<I", len(out)) + name.encode()
        central += b"PK\1\2\x14\0" + common + sizes + struct.pack("<H", len(name)) + bytes(12) + end
        out += b"PK\3\4" + common + bytes(12) + struct.pack("<2H", len(name), 0) + name.encode() + body + b"PK\7\x08" + sizes
    return out + central + b"PK\5\6" + struct.pack("<4H2IH", 0, 0, len(files), len(files), len(central), len(out), 0)

def job_faults(files, about, records):  # plan, result and log beside the digests in the record of the job's end
    own = [one["after"] for one in records if one.get("subject", {}).get("id") == about and "log" in (one.get("after") or {})]
    after = (own or [{"plan": "", "result": "", "log": {"sha256": ""}}])[-1]
    for name, digest in ("plan.json", after["plan"]), ("result.json", after["result"]), ("log.ndjson", after["log"]["sha256"]):
        if sha(files[name]) != (sha(b"null\n") if digest is None else digest):
            yield name + " is not the one of the job's last record"

def check(data, key=None, kept=None):  # the faults of a file, in words, and the key that it brings
    faults, bundle, proofs = [], {}, {}
    if data[:2] == b"PK":
        with contextlib.suppress(Exception):  # a broken archive makes zipfile raise anything
            bundle = {name: zipfile.ZipFile(io.BytesIO(data)).read(name) for name in FILES}
        if not bundle:
            return ["the archive was altered or cut"], ""
        manifest, checkpoint, stored = (parse(bundle[name]) or {} for name in ("manifest.json", "checkpoint.json", FILES[5]))
        pem, files, lines = bundle["public-key.pem"].decode("latin1"), list(bundle.items())[:-1], bundle["records.ndjson"]
        proofs = {one["seq"]: one["proof"] for one in stored.get("proofs", [])}
    else:
        lines = data[:data.rfind(b"\n", 0, -1) + 1]
        end, files = parse(data[len(lines):]) or {}, [("records", lines)]
        manifest, checkpoint, pem = (end.get(name, {}) for name in ("manifest", "checkpoint", "publicKey"))
    found, last, follows = [], 0, {"0" * 64}
    for line in LINES.findall(lines):  # what is unreadable takes the place of the next record
        record, proof, hashes, own = read_record(line) or ({"seq": last + 1, "hash": ""}, None, None, ["record %d was altered" % (last + 1)])
        seq = record["seq"]
        if seq <= last or (seq > last + 1 and not bundle and not proof):
            own.append("record %d is missing" % (last + 1) if seq > last else "record %d stands behind record %d" % (seq, last))
        elif seq == last + 1 and follows and hashes and record.get("previous") not in follows:
            own.append("record %d does not follow record %d" % (seq, last))
        proofs.update({seq: proof} if proof else {})
        last, follows, faults = seq, hashes, faults + own
        found.append(record)
    for one in found if bundle or proofs else []:
        root = climb(leaf(one), one["seq"] - 1, checkpoint.get("size"), proofs.get(one["seq"])) or b""
        faults += [] if root.hex() == checkpoint.get("merkleRoot") else ["record %d is not in the signed log" % one["seq"]]
    for size, hash, root in [[one.get(name) for name in ("size", "hash", "merkleRoot")] for one in (checkpoint, kept) if one]:
        prefix = found[:size] if type(size) is int else []
        at_hand = (size, hash, root) == tuple(checkpoint.get(name) for name in ("size", "hash", "merkleRoot")) or \
            any((one["seq"], one["hash"]) == (size, hash) for one in found)  # its hash covers all before it
        if not (at_hand and (bundle or proofs or not found)) and (len(prefix) != size or prefix[-1].get("hash") != hash or root_of([leaf(one) for one in prefix]) != root):
            faults.append("cut after %d, or not the records of the checkpoint of %s" % (last, size))
    said = {"files": [{"name": name, "sha256": sha(body), "sizeBytes": len(body)} for name, body in files],
            "records": {"count": len(found), "first": (found or [{"seq": None}])[0]["seq"], "last": last or None},
            "checkpoint": checkpoint, "about": manifest.get("about") if bundle else "export"}
    faults += [*job_faults(bundle, said["about"], found), *["the archive was altered"][archive(bundle.items()) == data:]] if bundle else []
    faults += ["%s is not as it was signed" % name for name, value in said.items() if manifest.get(name) != value]
    for what, one in [("manifest", manifest), ("checkpoint", checkpoint)] + ([("checkpoint", kept)] if kept else []):
        faults += [] if is_signed(what, one, key or pem) else ["the %s is not signed by the key" % what]
    return faults + (["another key has signed"] if key not in (None, pem) else []), pem

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    for name in "--key", "--checkpoint", "file":
        parser.add_argument(name, type=argparse.FileType("rb"))
    given = parser.parse_args()
    kept = given.checkpoint and json.load(given.checkpoint)
    found, pem = check(given.file.read(), given.key and given.key.read().decode().replace("\r", "").strip() + "\n", kept and kept.get("checkpoint", kept))
    raw = base64.b64decode("".join(str(pem).split("\n")[1:-2]))[12:]
    print("\n".join(found) or "signed by key %s, which %s" % (sha(raw), "was kept elsewhere" if given.key else "this file brought"))
    sys.exit(1 if found else 0)
