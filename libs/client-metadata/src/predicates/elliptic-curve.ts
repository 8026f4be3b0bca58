/** y² = x³ + ax + b over the field of p elements; coordinates have a fixed number of octets (RFC 7518 §6.2.1.2). */
type Curve = { octets: number; p: bigint; a: bigint; b: bigint };

const CURVES: ReadonlyMap<string, Curve> = new Map([
  // FIPS 186-4 D.1.2
  [
    'P-256',
    {
      octets: 32,
      p: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
      a: -3n,
      b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
    },
  ],
  [
    'P-384',
    {
      octets: 48,
      p: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
      a: -3n,
      b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
    },
  ],
  [
    'P-521',
    {
      octets: 66,
      p: 2n ** 521n - 1n,
      a: -3n,
      b: 0x51953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
    },
  ],
  // SEC 2 §2.4.1
  ['secp256k1', { octets: 32, p: 2n ** 256n - 2n ** 32n - 977n, a: 0n, b: 7n }],
]);

/** Whether the coordinates are a point of the curve, each with the curve's number of octets. False for other curves. */
export function isOnCurve(name: string, x: Buffer, y: Buffer): boolean {
  const curve = CURVES.get(name);
  if (curve === undefined || x.length !== curve.octets || y.length !== curve.octets) return false;
  const [px, py] = [integer(x), integer(y)];
  const { p, a, b } = curve;
  return px < p && py < p && (py * py - (px * px * px + a * px + b)) % p === 0n;
}

export function isKnownCurve(name: string): boolean {
  return CURVES.has(name);
}

function integer(octets: Buffer): bigint {
  return BigInt(`0x${octets.toString('hex')}`);
}
