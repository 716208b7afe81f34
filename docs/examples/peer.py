#!/usr/bin/env python3
"""A device that speaks Earshot, written from docs/PROTOCOL.md alone: peer.py [--name NAME] [--dir DIR] HOST:PORT TEXT

It asks the device at HOST:PORT with TEXT, waits until a person there allows it, sends TEXT and one more message, waits
for one message and ends. DIR keeps its key and what it received; without it a new folder is made. It needs Python 3.10
and the program openssl. Numbers such as 5.8 in the comments are sections of docs/PROTOCOL.md. It keeps no outbox on
disk, so each run numbers its messages in a new epoch (8, Numbers), and what was not acknowledged at its end is lost.
"""
import argparse, base64, contextlib, hashlib, json, os, secrets, socket, ssl, subprocess, sys, tempfile, time, uuid

HELLO, ERROR, PING, PONG, BYE, REQUEST, ACCEPTED = 0x01, 0x02, 0x03, 0x04, 0x05, 0x18, 0x19  # 5
MSG, ACK, RESUME, GONE, PROFILE = 0x20, 0x21, 0x22, 0x26, 0x28
# 5: the fields that a body must have, and the types of their values. A frame that is not here is not known.
REQUIRED = {
    HELLO: {1: int, 2: int, 4: int, 5: int, 6: int, 7: str, 8: str, 9: str, 10: int}, ERROR: {1: int}, PING: {1: int},
    PONG: {1: int}, BYE: {1: int}, REQUEST: {1: bytes, 2: int, 3: str}, ACCEPTED: {}, ACK: {1: list, 2: int}, RESUME: {},
    MSG: {1: bytes, 3: int, 4: int, 5: int, 8: str}, GONE: {1: int, 2: list}, PROFILE: {1: str, 2: str, 3: bytes}}
MALFORMED, UNSUPPORTED, TOO_LARGE, UNEXPECTED, NO_VERSION = 1, 2, 3, 5, 6  # 10, codes
BEFORE_HELLO, FROM_CONTACT, PATIENCE = 1024, 262144, 5  # 4, limits of the length; 11, seconds for handshake, Hello, Pong


def encode(v):
    """4, Body: CBOR in its one spelling; it fails for a map whose keys are not unsigned integers."""
    def head(major, n):
        size = next(s for s in (0, 1, 2, 4, 8) if n < (1 << 8 * s if s else 24))
        return bytes([major << 5 | (23 + size.bit_length() if size else n)]) + (n.to_bytes(size, "big") if size else b"")
    return {
        bool: lambda: bytes([0xf4 + v]),
        int: lambda: head(0, v) if v >= 0 else head(1, -1 - v),
        bytes: lambda: head(2, len(v)) + v,
        str: lambda: head(3, len(v.encode())) + v.encode(),
        list: lambda: head(4, len(v)) + b"".join(map(encode, v)),
        dict: lambda: head(5, len(v)) + b"".join(head(0, k) + encode(v[k]) for k in sorted(v)),
    }[type(v)]()


def decode(b, i=0, depth=1):
    """The value that begins at b[i] in any spelling, and where it ends."""
    major, n, i = b[i] >> 5, b[i] & 31, i + 1
    if major == 7:
        return {20: False, 21: True}[n], i
    if n > 23:
        size = {24: 1, 25: 2, 26: 4, 27: 8}[n]
        n, i = int.from_bytes(b[i:i + size], "big"), i + size
    if major < 2:
        return (n, -1 - n)[major], i
    if major < 4:
        return (b[i:i + n] if major == 2 else b[i:i + n].decode()), i + n
    if depth > 8 or n > {4: 1024, 5: 64}[major]:
        raise ValueError("too deep or too many")
    items = []
    for _ in range(n * (major - 3)):
        item, i = decode(b, i, depth + 1)
        items.append(item)
    return (items if major == 4 else dict(zip(items[::2], items[1::2]))), i


def device_id(der):
    """2, Device ID: the long form for the key in a certificate."""
    pem = subprocess.check_output(["openssl", "x509", "-inform", "DER", "-noout", "-pubkey"], input=der).decode()
    spki = base64.b64decode("".join(pem.strip().split("\n")[1:-1]))
    if not spki.startswith(bytes.fromhex("302a300506032b6570032100")):
        sys.exit("that device has no Ed25519 key")
    letters, checked = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", ""
    plain = base64.b32encode(hashlib.sha256(spki).digest()).decode().rstrip("=")
    for block in (plain[i:i + 13] for i in range(0, 52, 13)):
        products = [letters.index(c) * (1 + i % 2) for i, c in enumerate(block)]
        checked += block + letters[-sum(p // 32 + p % 32 for p in products) % 32]
    return "-".join(checked[i:i + 8] for i in range(0, 56, 8))


class Link:
    """2 to 4: a TLS connection that carries frames."""
    def __init__(self, address, cert, key):
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        tls.minimum_version = tls.maximum_version = ssl.TLSVersion.TLSv1_3
        tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE  # the ID of the key is what counts
        tls.set_alpn_protocols(["earshot/1"])
        tls.load_cert_chain(cert, key)
        host, _, port = address.rpartition(":")
        self.sock = tls.wrap_socket(socket.create_connection((host.strip("[]"), int(port)), PATIENCE))
        if self.sock.selected_alpn_protocol() != "earshot/1":
            sys.exit("no Earshot there")
        self.peer, self.buf, self.up, self.pinged = device_id(self.sock.getpeercert(True)), b"", False, False

    def send(self, kind, body):
        b = encode(body)
        self.sock.sendall((len(b) + 1).to_bytes(4, "big") + bytes([kind]) + b)

    def fail(self, code, kind=0):
        self.send(ERROR, {1: code, 2: kind, 3: True})
        sys.exit(f"the device broke the protocol: code {code}, frame type {kind}")

    def read(self, n):
        """Exactly n bytes, however they arrive. Silence is answered with a Ping (5.3), and that with a Pong or the end."""
        while len(self.buf) < n:
            try:
                more = self.sock.recv(65536)
                if not more:
                    sys.exit("the link was lost")  # 6: all that one hears of a device that lets nobody in
                self.buf, self.pinged = self.buf + more, False
            except TimeoutError:
                if self.pinged or not self.up:
                    sys.exit("the device does not answer")
                self.pinged = True
                self.send(PING, {1: secrets.randbits(64)})
        data, self.buf = self.buf[:n], self.buf[n:]
        return data

    def frame(self):
        """The next frame that is known and well formed, after doing what 4 and 10 say about all others."""
        while True:
            n = int.from_bytes(self.read(4), "big")
            if not 1 <= n <= (FROM_CONTACT if self.up else BEFORE_HELLO):
                self.fail(TOO_LARGE if n else MALFORMED)
            raw = self.read(n)
            kind = raw[0]
            if self.up == (kind == HELLO):  # 5.1: first, once
                self.fail(UNEXPECTED, kind)
            with contextlib.suppress(LookupError, TypeError, ValueError):
                body, _ = decode(raw, 1)  # in its one spelling if encode makes the same bytes of it
                types = {k: type(body[k]) for k in REQUIRED[kind]} if type(body) is dict else None
                if types == REQUIRED[kind] and encode(body) == raw[1:]:
                    return kind, body
            if kind < 0x80:
                self.send(ERROR, {1: MALFORMED if kind in REQUIRED else UNSUPPORTED, 2: kind})


def talk(link, name, store, text):
    """5 and 8: all that is said on the link, until each side has stored what the other wrote."""
    now, uid = lambda: int(time.time() * 1000), lambda id: str(uuid.UUID(bytes=id))
    epoch, history = secrets.randbits(64), {}  # 8, Numbers; the messages by their IDs
    for seq, words in enumerate((text, "This is peer.py. Please write one message."), 1):
        id = (now() << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62)).to_bytes(16, "big")  # 5
        after = {10: list(history)[-1]} if history else {}  # 5.7, 8
        history[id] = {1: id, 3: epoch, 4: seq, 5: (now() << 16) + seq, 8: words} | after
    outbox, opened, received = list(history), False, False
    seen = {m["id"] for m in map(json.loads, store) if m["from"] == link.peer}
    link.send(HELLO, {1: 1, 2: 1, 4: 1, 5: secrets.randbits(64), 6: epoch, 7: name, 8: "other", 9: "peer.py", 10: now(), 11: True})
    _, hello = link.frame()
    link.up, accepts = True, hello.get(11, False)
    if not hello[1] <= 1 <= hello[2]:
        link.fail(NO_VERSION, HELLO)
    if not accepts:  # 8, First contact
        link.send(REQUEST, {1: outbox[0], 2: history[outbox[0]][5], 3: text[:1000]} | ({4: True} if len(text) > 1000 else {}))
    while outbox or not received:
        if accepts and not opened:  # 8, Opening
            opened = True
            print("accepted")
            link.send(PROFILE, {1: name, 2: "other", 3: b""})
            link.send(RESUME, {})  # what comes again is recognised by its ID
        kind, body = link.frame()
        accepts = accepts or kind == ACCEPTED
        if kind == PING:
            link.send(PONG, body)
        elif kind in (ERROR, BYE):
            sys.exit(f"the device ends or refuses: {body!a}")
        elif kind == RESUME:
            have = {h[1]: h for h in body.get(1, [])}
            mine = have.pop(epoch, {2: 0})
            for m in history.values():
                if m[1] in outbox or m[4] > mine[2] or any(lo <= m[4] <= hi for lo, hi in mine.get(3, [])):
                    print("sent", uid(m[1]))
                    link.send(MSG, m)
            for h in (h for h in have.values() if 3 in h):  # epochs of earlier runs: their messages are gone
                link.send(GONE, {1: h[1], 2: h[3]})
        elif kind == ACK:  # 5.8
            for id in body[1]:
                print({1: "stored", 2: "read", 3: "asked"}.get(body[2], "ack"), uid(id))
            outbox = [id for id in outbox if body[2] not in (1, 2) or id not in body[1]]
        elif kind == MSG:
            if uid(body[1]) not in seen:
                print(json.dumps({"from": link.peer, "id": uid(body[1]), "text": body[8]}), file=store, flush=True)
                os.fsync(store.fileno())  # 8: first stored, then acknowledged
                seen, received = seen | {uid(body[1])}, True
                print("received", uid(body[1]), json.dumps(body[8]))  # 1, Text: harmless on a terminal
            link.send(ACK, {1: [body[1]], 2: 1})


parser = argparse.ArgumentParser(usage="peer.py [--name NAME] [--dir DIR] HOST:PORT TEXT")
for word in ("--name", "--dir", "address", "text"):
    parser.add_argument(word)
args = parser.parse_args()
sys.stdout.reconfigure(line_buffering=True)
home = args.dir or tempfile.mkdtemp(prefix="earshot-")
os.makedirs(home, 0o700, exist_ok=True)
key, cert, kept = (os.path.join(home, name) for name in ("key.pem", "cert.pem", "received.jsonl"))
if not os.path.exists(cert):  # 2, Key and Certificate
    command = "openssl req -x509 -newkey ed25519 -nodes -days 36500 -subj /CN=earshot -keyout".split()
    subprocess.run([*command, key, "-out", cert], check=True, stderr=subprocess.DEVNULL)
with open(cert) as pem, open(kept, "a+") as store:
    store.seek(0)
    print("me", device_id(ssl.PEM_cert_to_DER_cert(pem.read())))
    link = Link(args.address, cert, key)
    print("connected to", link.peer)
    talk(link, args.name or "peer.py", store, args.text)
link.send(BYE, {1: 1})  # 6, End
with contextlib.suppress(OSError):  # the other side may just cut the connection
    link.sock.unwrap()
