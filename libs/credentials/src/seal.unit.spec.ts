import { generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import {
  bufferedRandom,
  type GeneralJWE,
  issueClientSecret,
  openSealedSecret,
  parseRecipients,
  type PrivateRecipientJwk,
  SealedSecretError,
  sealSecret,
} from '@rollbook/credentials';

const random = bufferedRandom();
const { client_secret, record } = issueClientSecret({
  kind: 'key',
  now: new Date('2026-11-01T10:00:00Z'),
  lifetimeSeconds: 0,
  random,
});
const client_id = 'pq9xQv0bT2yY5l0kq3fC1A';

type Pair = { publicJwk: JsonWebKey; privateJwk: PrivateRecipientJwk };
function pair(keys: {
  publicKey: { export(o: { format: 'jwk' }): JsonWebKey };
  privateKey: { export(o: { format: 'jwk' }): JsonWebKey };
}): Pair {
  const { kty = '', ...rest } = keys.privateKey.export({ format: 'jwk' });
  return { publicJwk: keys.publicKey.export({ format: 'jwk' }), privateJwk: { kty, ...rest } };
}
const PAIRS: Record<string, Pair> = {
  'EC P-256': pair(generateKeyPairSync('ec', { namedCurve: 'P-256' })),
  'another EC P-256': pair(generateKeyPairSync('ec', { namedCurve: 'P-256' })),
  'OKP X25519': pair(generateKeyPairSync('x25519')),
  RSA: pair(generateKeyPairSync('rsa', { modulusLength: 2048 })),
};
const ALL = Object.values(PAIRS);
const sealFor = async (pairs: Pair[]): Promise<GeneralJWE> => {
  const recipients = await parseRecipients({ keys: pairs.map(({ publicJwk }) => publicJwk) });
  const sealed = await sealSecret(client_secret, record, client_id, recipients);
  if (!sealed.client_secret_jwe) throw new Error('nothing was sealed');
  return sealed.client_secret_jwe;
};

describe('design §3 · a sealed secret opens for each of its recipients', () => {
  const opened = { client_secret, client_id, secretId: record.secretId };
  test.each(Object.entries(PAIRS))('%s alone', async (_name, one) => {
    expect(await openSealedSecret(await sealFor([one]), one.privateJwk)).toEqual(opened);
  });

  test.each([0, 1, 2, 3])('four recipients, in turn %d of their order', async (turn) => {
    const order = [...ALL.slice(turn), ...ALL.slice(0, turn)];
    const jwe = await sealFor(order);
    const results = await Promise.all(order.map(({ privateJwk }) => openSealedSecret(jwe, privateJwk)));
    expect(results).toEqual(order.map(() => opened));
  });

  test('a key with a name of its own is found by it', async () => {
    const { publicJwk, privateJwk } = ALL[0]!;
    const jwe = await sealFor([ALL[1]!, { publicJwk: { ...publicJwk, kid: 'as-2026' }, privateJwk }]);
    expect(await openSealedSecret(jwe, { ...privateJwk, kid: 'as-2026' })).toEqual(opened);
  });

  test('the record keeps everything it had, and the secret is nowhere in it', async () => {
    const sealed = await sealSecret(
      client_secret,
      record,
      client_id,
      await parseRecipients({ keys: [ALL[0]!.publicJwk] }),
    );
    expect(sealed).toEqual({ ...record, client_secret_jwe: expect.anything() });
    expect(JSON.stringify(sealed)).not.toContain(client_secret);
    expect(record).not.toHaveProperty('client_secret_jwe');
  });
});

const flip = (text: string) => (text.startsWith('A') ? 'B' : 'A') + text.slice(1);

describe('what does not open', () => {
  const one = ALL[0]!;

  test('a secret sealed for others', async () => {
    await expect(openSealedSecret(await sealFor(ALL.slice(1)), one.privateJwk)).rejects.toThrow(
      new SealedSecretError('the secret was not sealed for this key'),
    );
  });

  test.each<[string, (jwe: GeneralJWE) => GeneralJWE]>([
    ['changed ciphertext', (jwe) => ({ ...jwe, ciphertext: flip(jwe.ciphertext) })],
    ['a changed tag', (jwe) => ({ ...jwe, tag: flip(jwe.tag ?? '') })],
    ['a changed nonce', (jwe) => ({ ...jwe, iv: flip(jwe.iv ?? '') })],
    [
      'a changed content key',
      (jwe) => ({
        ...jwe,
        recipients: jwe.recipients.map((r) => ({ ...r, encrypted_key: flip(r.encrypted_key ?? '') })),
      }),
    ],
    [
      'another algorithm',
      (jwe) => ({
        ...jwe,
        recipients: jwe.recipients.map((r) => ({ ...r, header: { ...r.header, alg: 'ECDH-ES+A128KW' } })),
      }),
    ],
    ['added data', (jwe) => ({ ...jwe, aad: 'AAAA' })],
  ])('%s', async (_name, change) => {
    await expect(openSealedSecret(change(await sealFor([one])), one.privateJwk)).rejects.toBeInstanceOf(
      SealedSecretError,
    );
  });

  test('a wrong private key under the right name', async () => {
    const jwe = await sealFor([{ ...one, publicJwk: { ...one.publicJwk, kid: 'as' } }]);
    await expect(openSealedSecret(jwe, { ...ALL[1]!.privateJwk, kid: 'as' })).rejects.toBeInstanceOf(
      SealedSecretError,
    );
  });

  test('moved to another client, it says whose it is', async () => {
    const opened = await openSealedSecret(await sealFor([one]), one.privateJwk);
    expect(opened.client_id).toBe(client_id);
    expect(opened.secretId).toBe(record.secretId);
  });
});
