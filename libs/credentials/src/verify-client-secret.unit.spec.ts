import {
  bufferedRandom,
  digestMatches,
  DUMMY_DIGEST,
  issueClientSecret,
  type LiveSecret,
  secretDigest,
  verifyClientSecret,
} from '@rollbook/credentials';
import * as fc from 'fast-check';

const NOW = new Date('2026-11-01T10:00:00Z');
const random = bufferedRandom();

function issued(over: Partial<LiveSecret> = {}) {
  const { client_secret, record } = issueClientSecret({
    kind: 'digest',
    now: NOW,
    lifetimeSeconds: 0,
    random,
  });
  const live: LiveSecret = { ...record, validUntil: null, ...over };
  return { client_secret, live };
}
const seconds = (text: string) => Date.parse(text) / 1000;

describe('a single live secret', () => {
  test.each<[claim: string, secret: Partial<LiveSecret>, now: string, accepted: boolean]>([
    ['never expires', {}, '2099-01-01T00:00:00Z', true],
    [
      'RFC 7591 §3.2.1 · counts before its expiry',
      { client_secret_expires_at: seconds('2026-12-01T00:00:00Z') },
      '2026-11-30T23:59:59.999Z',
      true,
    ],
    [
      'spec 2.22 · refused at its expiry',
      { client_secret_expires_at: seconds('2026-12-01T00:00:00Z') },
      '2026-12-01T00:00:00Z',
      false,
    ],
    [
      'design §5 · counts during the overlap',
      { validUntil: '2026-11-02T10:00:00.000Z' },
      '2026-11-02T09:59:59.999Z',
      true,
    ],
    [
      'design §5 · refused when the overlap ends',
      { validUntil: '2026-11-02T10:00:00.000Z' },
      '2026-11-02T10:00:00Z',
      false,
    ],
    [
      'design §5 · an overlap of 0 ends it at once',
      { validUntil: NOW.toISOString() },
      NOW.toISOString(),
      false,
    ],
    [
      'expiry inside the overlap wins',
      { validUntil: '2026-11-03T00:00:00.000Z', client_secret_expires_at: seconds('2026-11-02T00:00:00Z') },
      '2026-11-02T00:00:00Z',
      false,
    ],
  ])('%s', (_claim, over, now, accepted) => {
    const { client_secret, live } = issued(over);
    const expected = accepted ? { secretId: live.secretId } : null;
    expect(verifyClientSecret(client_secret, [live], new Date(now))).toEqual(expected);
  });
});

describe('which secret', () => {
  const [older, newer] = [issued({ validUntil: '2026-11-02T10:00:00.000Z' }), issued()];
  const secrets = [older.live, newer.live];

  test('design §5 · both secrets of a rotation count, each by its own name', () => {
    expect(verifyClientSecret(older.client_secret, secrets, NOW)).toEqual({ secretId: older.live.secretId });
    expect(verifyClientSecret(newer.client_secret, secrets, NOW)).toEqual({ secretId: newer.live.secretId });
  });

  test.each([
    ['another client’s secret', issued().client_secret],
    ['the digest of the secret', newer.live.digest],
    ['the secret with a space', `${newer.client_secret} `],
    ['nothing', ''],
    ['a lone surrogate', '\ud800'],
  ])('spec S9 · %s is refused', (_name, presented) => {
    expect(verifyClientSecret(presented, secrets, NOW)).toBeNull();
  });

  test('spec S9 · an unknown client has no secrets, and nothing matches', () => {
    expect(verifyClientSecret(newer.client_secret, [], NOW)).toBeNull();
  });

  test('a list longer than two is looked through to its end', () => {
    expect(verifyClientSecret(newer.client_secret, [...secrets, issued().live], NOW)).toEqual({
      secretId: newer.live.secretId,
    });
  });
});

describe('digests', () => {
  test('design §3 · every text matches its own digest and no other text’s', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (one, other) => {
        expect(secretDigest(one)).toMatch(/^[A-Za-z0-9_-]{43}$/);
        expect(digestMatches(one, secretDigest(one))).toBe(true);
        expect(digestMatches(one, secretDigest(other))).toBe(one === other);
      }),
    );
  });

  test('a digest with one character changed, missing or added matches nothing', () => {
    const digest = secretDigest('secret');
    fc.assert(
      fc.property(fc.nat({ max: 42 }), fc.constantFrom('', '=', '!', '\u00e9'), (at, instead) => {
        expect(digestMatches('secret', digest.slice(0, at) + instead + digest.slice(at + 1))).toBe(false);
        expect(digestMatches('secret', `${digest}${instead === '' ? 'A' : instead}`)).toBe(false);
      }),
    );
  });

  test('spec S9 · nothing matches the dummy', () => {
    expect(DUMMY_DIGEST).toHaveLength(secretDigest('').length);
    expect(['', DUMMY_DIGEST, 'A'].filter((text) => digestMatches(text, DUMMY_DIGEST))).toEqual([]);
  });
});
