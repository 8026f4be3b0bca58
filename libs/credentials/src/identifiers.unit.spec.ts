import {
  bufferedRandom,
  issueClientSecret,
  newClientId,
  newRegistrationAccessToken,
  secretDigest,
} from '@rollbook/credentials';

const SAMPLES = 10_000;
const random = bufferedRandom();
const issue = (kind: 'digest' | 'key') =>
  issueClientSecret({ kind, now: new Date('2026-11-01T10:00:00.789Z'), lifetimeSeconds: 0, random });

describe('spec S8 · random values have the right length and never repeat', () => {
  test.each([
    ['client_id, 128 bits', () => newClientId(random), 22],
    ['registration_access_token, 256 bits', () => newRegistrationAccessToken(random), 43],
    ['client_secret, 256 bits', () => issue('digest').client_secret, 43],
    ['client_secret that works as a key, 384 bits', () => issue('key').client_secret, 64],
    ['secretId', () => issue('digest').record.secretId, 16],
  ])('%s', (_name, make, length) => {
    const made = Array.from({ length: SAMPLES }, make);
    expect(new Set(made).size).toBe(SAMPLES);
    expect(made.filter((text) => !/^[A-Za-z0-9_-]+$/.test(text) || text.length !== length)).toEqual([]);
  });

  test('spec S8 · no counter: consecutive identifiers share no prefix beyond chance', () => {
    const ids = Array.from({ length: 1000 }, () => newClientId(random));
    expect(ids.filter((id, i) => i > 0 && id.slice(0, 6) === ids[i - 1]?.slice(0, 6))).toEqual([]);
  });
});

describe('RFC 7591 §3.2.1 · the record of an issued secret', () => {
  test.each([
    [0, 0],
    [60, Date.parse('2026-11-01T10:01:00Z') / 1000],
  ])('lifetime %d s gives client_secret_expires_at %d', (lifetimeSeconds, client_secret_expires_at) => {
    const now = new Date('2026-11-01T10:00:00.789Z');
    const { record } = issueClientSecret({ kind: 'digest', now, lifetimeSeconds, random });
    expect(record).toMatchObject({ client_secret_expires_at, issuedAt: '2026-11-01T10:00:00.789Z' });
  });

  test('design §3 · it holds the digest and never the secret', () => {
    const { client_secret, record } = issue('key');
    expect(record.digest).toBe(secretDigest(client_secret));
    expect(JSON.stringify(record)).not.toContain(client_secret);
    expect(Object.keys(record)).toEqual(['secretId', 'digest', 'issuedAt', 'client_secret_expires_at']);
  });
});

/** Fills with 1, 2, 3 … and keeps hold of the block, to look at what is left in it. */
function countingFill() {
  const state: { filled: number; block: Buffer } = { filled: 0, block: Buffer.alloc(0) };
  const fill = (block: Buffer) => {
    state.filled += 1;
    state.block = block;
    for (let i = 0; i < block.length; i += 1) block[i] = (i % 255) + 1;
  };
  return { state, give: bufferedRandom(fill) };
}

describe('bufferedRandom', () => {
  test('gives every octet once and overwrites its own copy', () => {
    const { state, give } = countingFill();
    expect([...give(3)]).toEqual([1, 2, 3]);
    expect([...give(2)]).toEqual([4, 5]);
    expect([...state.block.subarray(0, 7)]).toEqual([0, 0, 0, 0, 0, 6, 7]);
  });

  test('draws anew before it runs out, and never gives an overwritten octet', () => {
    const { state, give } = countingFill();
    const given = Array.from({ length: 1000 }, (_, i) => give(i % 33));
    expect(given.every((octets, i) => octets.length === i % 33 && !octets.includes(0))).toBe(true);
    expect(state.filled).toBeGreaterThan(3);
  });

  test('what was given is the caller’s own', () => {
    const give = bufferedRandom();
    const first = give(16);
    first.fill(0);
    expect(give(16).equals(first)).toBe(false);
  });

  test('large values come straight from the generator', () => {
    const { state, give } = countingFill();
    expect(give(5000)).toHaveLength(5000);
    expect(state.filled).toBe(0);
  });

  test.each([-1, 1.5, Number.NaN])('refuses %d octets', (octets) => {
    expect(() => bufferedRandom()(octets)).toThrow(RangeError);
  });
});
