import { generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { generateRecipient, parseRecipients, RecipientsError } from '@rollbook/credentials';

const jwk = (type: 'x25519' | 'ed25519'): JsonWebKey =>
  (type === 'x25519' ? generateKeyPairSync('x25519') : generateKeyPairSync('ed25519')).publicKey.export({
    format: 'jwk',
  });
const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve });
const rsa = (modulusLength: number, publicExponent = 65537) =>
  generateKeyPairSync('rsa', { modulusLength, publicExponent }).publicKey.export({ format: 'jwk' });

const P256 = ec('P-256').publicKey.export({ format: 'jwk' });
const RSA = rsa(2048);
const X25519 = jwk('x25519');

async function mistakes(jwks: unknown): Promise<readonly string[]> {
  const outcome = await parseRecipients(jwks).then(
    () => 'accepted',
    (error: unknown) => error,
  );
  if (!(outcome instanceof RecipientsError))
    throw new Error(`expected a RecipientsError, got ${String(outcome)}`);
  expect(outcome.message).toBe(outcome.mistakes.join('; '));
  return outcome.mistakes;
}

describe('design §3 · keys that can be recipients', () => {
  test.each<[string, JsonWebKey, string]>([
    ['EC P-256', P256, 'ECDH-ES+A256KW'],
    [
      'EC P-256 with use, alg, key_ops',
      { ...P256, use: 'enc', alg: 'ECDH-ES+A256KW', key_ops: [] },
      'ECDH-ES+A256KW',
    ],
    ['OKP X25519', X25519, 'ECDH-ES+A256KW'],
    ['RSA of 2,048 bits', RSA, 'RSA-OAEP-256'],
    [
      'RSA with use, alg, key_ops',
      { ...RSA, use: 'enc', alg: 'RSA-OAEP-256', key_ops: ['wrapKey'] },
      'RSA-OAEP-256',
    ],
  ])('%s', async (_name, key, alg) => {
    const recipients = await parseRecipients({ keys: [key] });
    expect(recipients).toMatchObject([{ alg }]);
    // RFC 7638: a SHA-256 thumbprint where the key has no name of its own.
    expect(recipients[0]?.kid).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  test('RFC 7517 §4.5 · a key keeps its kid', async () => {
    expect(await parseRecipients({ keys: [{ ...P256, kid: 'as-2026' }] })).toMatchObject([
      { kid: 'as-2026' },
    ]);
  });
});

describe('keys that can’t, each with its sentence', () => {
  const PRIVATE = 'key 1: this is a private or symmetric key; give public keys only';
  const KIND = 'key 1: must be an EC key on P-256, an OKP key on X25519, or an RSA key';
  const NO_SET = 'expected a JWK Set: an object whose member keys lists at least one public key';
  const BITS = 'key 1: an RSA modulus must have 2048 to 8192 bits';
  const EXPONENT = 'key 1: an RSA exponent must be odd and at least 65537';
  const INVALID = 'key 1: not a valid key';
  test.each<[string, unknown, string]>([
    ['no object', 'keys', NO_SET],
    ['null', null, NO_SET],
    ['a bare key', P256, NO_SET],
    ['no keys', { keys: [] }, NO_SET],
    ['a key that is no object', { keys: ['key'] }, 'key 1: not an object'],
    ['an EC private key', { keys: [ec('P-256').privateKey.export({ format: 'jwk' })] }, PRIVATE],
    ['an RSA key with a prime', { keys: [{ ...RSA, p: 'AQAB' }] }, PRIVATE],
    ['a symmetric key', { keys: [{ kty: 'oct', k: 'AAAA' }] }, PRIVATE],
    ['a symmetric key without its value', { keys: [{ kty: 'oct' }] }, PRIVATE],
    ['no kty', { keys: [{}] }, KIND],
    ['EC P-384', { keys: [ec('P-384').publicKey.export({ format: 'jwk' })] }, KIND],
    ['a signature key', { keys: [jwk('ed25519')] }, KIND],
    ['RSA of 1,024 bits', { keys: [rsa(1024)] }, BITS],
    ['RSA without a modulus', { keys: [{ kty: 'RSA', e: 'AQAB' }] }, BITS],
    [
      'an RSA modulus padded with zeros',
      {
        keys: [{ ...RSA, n: Buffer.concat([Buffer.alloc(200), Buffer.alloc(100, 1)]).toString('base64url') }],
      },
      BITS,
    ],
    ['an RSA exponent of 3', { keys: [rsa(2048, 3)] }, EXPONENT],
    ['an RSA exponent of 1', { keys: [{ ...RSA, e: 'AQ' }] }, EXPONENT],
    ['an even RSA exponent', { keys: [{ ...RSA, e: 'AQAC' }] }, EXPONENT],
    ['use: sig', { keys: [{ ...P256, use: 'sig' }] }, 'key 1: use must be enc'],
    [
      'another alg',
      { keys: [{ ...RSA, alg: 'RSA-OAEP' }] },
      'key 1: alg must be ECDH-ES+A256KW for an EC or OKP key and RSA-OAEP-256 for an RSA key',
    ],
    [
      'key_ops for signatures',
      { keys: [{ ...RSA, key_ops: ['verify'] }] },
      'key 1: key_ops does not allow encrypting to this key',
    ],
    [
      'key_ops that is no list',
      { keys: [{ ...P256, key_ops: 'deriveKey' }] },
      'key 1: key_ops does not allow encrypting to this key',
    ],
    ['an empty kid', { keys: [{ ...P256, kid: '' }] }, 'key 1: kid must be a text of 1 to 256 characters'],
    ['a point off the curve', { keys: [{ ...P256, y: P256.x }] }, INVALID],
    ['a point of low order', { keys: [{ ...X25519, x: Buffer.alloc(32).toString('base64url') }] }, INVALID],
    ['the same key twice', { keys: [P256, P256] }, 'two keys have the same kid'],
  ])('%s', async (_name, jwks, mistake) => {
    expect(await mistakes(jwks)).toEqual([mistake]);
  });

  test('every mistake of every key is named, by place and never by value', async () => {
    const listed = await mistakes({
      keys: [P256, { ...RSA, use: 'sig', kid: '' }, { kty: 'EC', crv: 'hunter2' }],
    });
    expect(listed).toEqual([
      'key 2: kid must be a text of 1 to 256 characters',
      'key 2: use must be enc',
      'key 3: must be an EC key on P-256, an OKP key on X25519, or an RSA key',
    ]);
  });
});

describe('design §3 · the recipient of the embedded service', () => {
  test('its public half is accepted as it is, its private half is refused', async () => {
    const { publicJwks, privateJwk } = await generateRecipient();
    expect(await parseRecipients(publicJwks)).toMatchObject([{ kid: privateJwk.kid, alg: 'ECDH-ES+A256KW' }]);
    expect(JSON.stringify(publicJwks)).not.toContain('"d"');
    await expect(parseRecipients({ keys: [privateJwk] })).rejects.toBeInstanceOf(RecipientsError);
  });

  test('each is another', async () => {
    const [one, other] = await Promise.all([generateRecipient(), generateRecipient()]);
    expect(one.privateJwk.kid).not.toBe(other.privateJwk.kid);
  });
});
