"""Checks client secrets against Rollbook's events, with Python's standard library only.

Usage: python3 verify_secrets.py docs/vectors/secrets.json

An example for consumers in other languages and the second reading of docs/verifying-secrets.md. In production use a
maintained JOSE library to open `client_secret_jwe`; the cryptography below is written to be read, not to resist timing
measurements.
"""

import base64
import hashlib
import hmac
import json
import sys
from datetime import datetime


def octets(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


# ---- the rule: events of one client in, the secrets that count out ----------------------------------------------------


def fold(events):
    """The client's state after its events, as docs/verifying-secrets.md says it."""
    active, secrets = False, []
    for event in events:
        kind, data = event["type"], event["data"]
        if kind == "ClientRegistered":
            active = True
            secrets = [live(data["secret"])] if data["secret"] else []
        elif kind == "SecretIssued":
            secrets = [live(data["secret"])]
        elif kind == "SecretRotated":
            previous = data["previous"]
            kept = [s for s in secrets if s["secretId"] == previous["secretId"]]
            secrets = [dict(s, validUntil=previous["validUntil"]) for s in kept] + [live(data["secret"])]
        elif kind == "SecretRevoked":
            secrets = [s for s in secrets if s["secretId"] != data["secretId"]]
        elif kind == "ClientSuspended":
            active = False
        elif kind == "ClientReinstated":
            active = True
        elif kind == "ClientDeleted":
            active, secrets = False, []
    return active, secrets


def live(secret):
    return dict(secret, validUntil=None)


def digest(client_secret):
    hashed = hashlib.sha256(client_secret.encode("utf-8")).digest()
    return base64.urlsafe_b64encode(hashed).rstrip(b"=").decode("ascii")


def verify(presented, events, now):
    """The secretId of the secret that was presented, or None: answer invalid_client."""
    active, secrets = fold(events)
    found = None
    for secret in secrets:
        same = hmac.compare_digest(digest(presented), secret["digest"])
        if same and active and counts(secret, now):
            found = secret["secretId"]
    return found


def counts(secret, now):
    expires, until = secret["client_secret_expires_at"], secret["validUntil"]
    return (expires == 0 or now.timestamp() < expires) and (until is None or now < instant(until))


def instant(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


# ---- client_secret_jwe: ECDH-ES+A256KW with P-256, A256GCM (RFC 7516, RFC 7518) ---------------------------------------

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B


def add(p, q):
    """Sum of two points of P-256; None is the point at infinity."""
    if p is None or q is None:
        return p or q
    (x1, y1), (x2, y2) = p, q
    if x1 == x2 and (y1 + y2) % P == 0:
        return None
    slope = (3 * x1 * x1 - 3) * pow(2 * y1, -1, P) if p == q else (y2 - y1) * pow(x2 - x1, -1, P)
    x = (slope * slope - x1 - x2) % P
    return x, (slope * (x1 - x) - y1) % P


def multiply(scalar, point):
    result = None
    for bit in bin(scalar)[2:]:
        result = add(result, result)
        if bit == "1":
            result = add(result, point)
    return result


def shared_secret(private_jwk, public_jwk):
    x, y = (int.from_bytes(octets(public_jwk[member]), "big") for member in ("x", "y"))
    if (y * y - (x * x * x - 3 * x + B)) % P != 0:
        raise ValueError("the ephemeral key is not on the curve")
    return multiply(int.from_bytes(octets(private_jwk["d"]), "big"), (x, y))[0].to_bytes(32, "big")


def concat_kdf(z, alg, bits):
    """RFC 7518 section 4.6.2, one round, without party information."""
    name = alg.encode("ascii")
    other = len(name).to_bytes(4, "big") + name + bytes(4) + bytes(4) + bits.to_bytes(4, "big")
    return hashlib.sha256((1).to_bytes(4, "big") + z + other).digest()


def times(a, b):
    """Product in AES's field, GF(2^8)."""
    product = 0
    while b:
        product ^= a if b & 1 else 0
        a = a << 1 ^ (0x11B if a & 0x80 else 0)
        b >>= 1
    return product


def make_sbox():
    box = []
    for value in range(256):
        inverse = next((i for i in range(256) if times(value, i) == 1), 0)
        spread = inverse
        for shift in (1, 2, 3, 4):
            spread ^= (inverse << shift | inverse >> 8 - shift) & 0xFF
        box.append(spread ^ 0x63)
    return box


SBOX = make_sbox()
UNBOX = [SBOX.index(value) for value in range(256)]


def round_keys(key):
    """AES-256: 15 round keys of 16 octets."""
    words = [list(key[i : i + 4]) for i in range(0, 32, 4)]
    rcon = 1
    for i in range(8, 60):
        word = list(words[-1])
        if i % 8 == 0:
            word = [SBOX[octet] for octet in word[1:] + word[:1]]
            word[0] ^= rcon
            rcon = times(rcon, 2)
        elif i % 8 == 4:
            word = [SBOX[octet] for octet in word]
        words.append([a ^ b for a, b in zip(words[-8], word)])
    return [sum(words[i : i + 4], []) for i in range(0, 60, 4)]


def mix(state, factors):
    return [
        times(state[c], factors[-r % 4])
        ^ times(state[c + 1], factors[(1 - r) % 4])
        ^ times(state[c + 2], factors[(2 - r) % 4])
        ^ times(state[c + 3], factors[(3 - r) % 4])
        for c in range(0, 16, 4)
        for r in range(4)
    ]


def xor(a, b):
    return [x ^ y for x, y in zip(a, b)]


def aes_encrypt(keys, block):
    state = xor(block, keys[0])
    for number in range(1, 15):
        state = [SBOX[octet] for octet in state]
        state = [state[(i + 4 * (i % 4)) % 16] for i in range(16)]
        if number < 14:
            state = mix(state, (2, 3, 1, 1))
        state = xor(state, keys[number])
    return bytes(state)


def aes_decrypt(keys, block):
    state = xor(block, keys[14])
    for number in range(13, -1, -1):
        state = [state[(i - 4 * (i % 4)) % 16] for i in range(16)]
        state = xor([UNBOX[octet] for octet in state], keys[number])
        if number > 0:
            state = mix(state, (14, 11, 13, 9))
    return bytes(state)


def unwrap_key(kek, wrapped):
    """RFC 3394 section 2.2.2."""
    keys, a = round_keys(kek), wrapped[:8]
    parts = [wrapped[i : i + 8] for i in range(8, len(wrapped), 8)]
    for step in range(6 * len(parts), 0, -1):
        at = (step - 1) % len(parts)
        block = aes_decrypt(keys, bytes(xor(a, step.to_bytes(8, "big"))) + parts[at])
        a, parts[at] = block[:8], block[8:]
    if a != b"\xa6" * 8:
        raise ValueError("the content key was not wrapped for this key")
    return b"".join(parts)


def ghash(h, data):
    """SP 800-38D section 6.4; `data` is whole blocks."""
    h, y = int.from_bytes(h, "big"), 0
    for i in range(0, len(data), 16):
        x, v, y = y ^ int.from_bytes(data[i : i + 16], "big"), h, 0
        for bit in range(127, -1, -1):
            y ^= v if x >> bit & 1 else 0
            v = v >> 1 ^ (0xE1 << 120 if v & 1 else 0)
    return y.to_bytes(16, "big")


def gcm_decrypt(key, nonce, ciphertext, tag, aad):
    keys = round_keys(key)
    pad = lambda data: data + bytes(-len(data) % 16)
    lengths = (8 * len(aad)).to_bytes(8, "big") + (8 * len(ciphertext)).to_bytes(8, "big")
    hashed = ghash(aes_encrypt(keys, bytes(16)), pad(aad) + pad(ciphertext) + lengths)
    stream = lambda counter: aes_encrypt(keys, nonce + counter.to_bytes(4, "big"))
    if not hmac.compare_digest(bytes(xor(hashed, stream(1))), tag):
        raise ValueError("the sealed secret was changed")
    blocks = range(0, len(ciphertext), 16)
    return b"".join(bytes(xor(ciphertext[i : i + 16], stream(2 + i // 16))) for i in blocks)


def open_sealed(jwe, private_jwk, client_id, secret_id):
    """The client_secret in a client_secret_jwe found in an event of this client."""
    protected = json.loads(octets(jwe["protected"]))
    mine = [r for r in jwe["recipients"] if r.get("header", {}).get("kid") == private_jwk["kid"]]
    if not mine:
        raise ValueError("not sealed for this key")
    header = {**protected, **jwe.get("unprotected", {}), **mine[0]["header"]}
    if header["alg"] != "ECDH-ES+A256KW" or header["enc"] != "A256GCM":
        raise ValueError("sealed in a way this key does not open")
    key = concat_kdf(shared_secret(private_jwk, header["epk"]), header["alg"], 256)
    content_key = unwrap_key(key, octets(mine[0]["encrypted_key"]))
    aad = jwe["protected"].encode("ascii") + (b"." + jwe["aad"].encode("ascii") if "aad" in jwe else b"")
    sealed = (octets(jwe[part]) for part in ("iv", "ciphertext", "tag"))
    plaintext = json.loads(gcm_decrypt(content_key, *sealed, aad))
    if plaintext["client_id"] != client_id or plaintext["secretId"] != secret_id:
        raise ValueError("the sealed secret belongs to another client or another secret")
    return plaintext["client_secret"]


# ---- the test vectors -------------------------------------------------------------------------------------------------


def results(vectors):
    """(name, passed) of every vector."""
    for vector in vectors["digests"]:
        yield vector["name"], digest(vector["client_secret"]) == vector["digest"]
    for history in vectors["histories"]:
        active, secrets = fold(history["events"])
        yield history["name"] + ": state", (active, secrets) == (history["active"], history["secrets"])
        for check in history["checks"]:
            found = verify(check["presented"], history["events"], instant(check["at"]))
            yield history["name"] + ": " + check["name"], found == check["secretId"]
    for vector in vectors["sealed"]:
        yield vector["name"], attempt(vector, vectors["recipient"]) == vector["client_secret"]


def attempt(vector, private_jwk):
    """The secret, or None where it has to be refused."""
    try:
        return open_sealed(vector["client_secret_jwe"], private_jwk, vector["client_id"], vector["secretId"])
    except ValueError:
        return None


def main(path):
    with open(path, encoding="utf-8") as file:
        outcome = list(results(json.load(file)))
    for name, passed in outcome:
        if not passed:
            print("failed: " + name)
    failed = sum(not passed for _, passed in outcome)
    print(f"{len(outcome) - failed} vectors passed, {failed} failed")
    return 1 if failed or not outcome else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
