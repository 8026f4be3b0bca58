import { randomBytes } from 'node:crypto';
import { readEvent, recordFacts, uuidV7 } from '@rollbook/event-log';
import { decryptPersonal, type PersonalKey } from '@rollbook/personal-data';
import { type Actor, type ClientFact, fold, type PersonalFacts } from '@rollbook/registration';
import { shownClient } from '../admin/shown-client.js';
import type { PlacedEvent } from '../clients/client-streams.js';
import { clientHistory, type OpenPersonal } from './history.js';

const DIGESTS = ['A', 'B', 'C', 'D'].map((letter) => letter.repeat(43));
const key: PersonalKey = { kid: 'k1', key: randomBytes(32) };
const secret = (n: number) => ({
  secretId: `secret-${n}`,
  digest: DIGESTS[n] ?? '',
  issuedAt: '2026-01-01T00:00:00.000Z',
  client_secret_expires_at: 0,
});
const OPERATOR: Actor = { kind: 'operator', ref: 'alice' };
const CLIENT: Actor = { kind: 'client', ref: 'c1' };

const STEPS: [ClientFact, Actor][] = [
  [
    {
      type: 'ClientRegistered',
      data: {
        client_id: 'c1',
        client_id_issued_at: 1_767_225_600,
        metadata: { client_name: 'Old', redirect_uris: ['https://a.example/cb'] },
        registrationAccessToken: { digest: DIGESTS[2] ?? '' },
        secret: secret(0),
      },
      personal: { metadata: { contacts: ['a@a.example'] }, ip: '192.0.2.1', userAgent: 'curl/8' },
    },
    { kind: 'anonymous', ref: null },
  ],
  [
    {
      type: 'ClientUpdated',
      data: {
        metadata: { client_name: 'New', logo_uri: 'https://a.example/l' },
        changed: ['client_name', 'contacts', 'logo_uri', 'redirect_uris'],
      },
      personal: { metadata: { contacts: ['b@a.example'] } },
    },
    CLIENT,
  ],
  [{ type: 'ClientSuspended', data: { reason: 'abuse' }, personal: { ip: '192.0.2.9' } }, OPERATOR],
  [
    {
      type: 'SecretRotated',
      data: { secret: secret(1), previous: { secretId: 'secret-0', validUntil: '2026-01-03T00:00:00.000Z' } },
      personal: null,
    },
    OPERATOR,
  ],
  [
    {
      type: 'RegistrationAccessTokenRotated',
      data: { digest: DIGESTS[3] ?? '', previousValidUntil: null },
      personal: null,
    },
    OPERATOR,
  ],
  [{ type: 'ClientDeleted', data: { reason: null }, personal: null }, OPERATOR],
];

/** The stream as stored and read again, every event at ten times its version. */
function stream(): PlacedEvent[] {
  let previousRecordedAt: string | null = null;
  return STEPS.map(([fact, actor], index) => {
    const { texts } = recordFacts({
      facts: [fact],
      streamId: 'client-c1',
      expectedVersion: index,
      previousRecordedAt,
      now: new Date(Date.UTC(2026, 0, 1, index)),
      actor,
      policyVersion: 'p1',
      correlationId: `r${index}`,
      causationId: null,
      personalKey: key,
      random: randomBytes,
      newEventId: uuidV7,
    });
    const event = readEvent(texts[0] ?? '');
    previousRecordedAt = event.recordedAt;
    return Object.assign(event, { position: (index + 1) * 10 });
  });
}
const events = stream();
const open: OpenPersonal = ({ eventId, personal }) =>
  Promise.resolve(decryptPersonal(personal, key, eventId) as PersonalFacts);
const erased: OpenPersonal = () => Promise.resolve(null);
const WHOLE = { after: 0, limit: 100 };

describe('S13, S14 · history of a client', () => {
  test('who did what, when, under which policy', async () => {
    const { items, next } = await clientHistory(events, WHOLE, open);
    expect(next).toBeNull();
    expect(
      items.map(({ position, streamVersion, type, actor, policyVersion, reason }) => [
        position,
        streamVersion,
        type,
        actor.ref,
        policyVersion,
        reason,
      ]),
    ).toEqual([
      [10, 1, 'ClientRegistered', null, 'p1', null],
      [20, 2, 'ClientUpdated', 'c1', 'p1', null],
      [30, 3, 'ClientSuspended', 'alice', 'p1', 'abuse'],
      [40, 4, 'SecretRotated', 'alice', 'p1', null],
      [50, 5, 'RegistrationAccessTokenRotated', 'alice', 'p1', null],
      [60, 6, 'ClientDeleted', 'alice', 'p1', null],
    ]);
    expect(items[2]).toMatchObject({ recordedAt: '2026-01-01T02:00:00.000Z', correlationId: 'r2' });
  });

  test('members before and after, contacts in clear', async () => {
    const { items } = await clientHistory(events, WHOLE, open);
    const changes = (n: number) =>
      Object.fromEntries((items[n]?.changes ?? []).map((c) => [c.member, [c.before, c.after]]));
    expect(changes(0)).toMatchObject({
      client_name: [null, 'Old'],
      contacts: [null, ['a@a.example']],
      status: [null, 'active'],
    });
    expect(changes(1)).toEqual({
      client_name: ['Old', 'New'],
      contacts: [['a@a.example'], ['b@a.example']],
      logo_uri: [null, 'https://a.example/l'],
      redirect_uris: [['https://a.example/cb'], null],
    });
    expect(changes(2)).toEqual({ status: ['active', 'suspended'] });
    expect(Object.keys(changes(3))).toEqual(['secrets']);
    expect(Object.keys(changes(4))).toEqual(['registrationAccessTokens']);
    expect(changes(5)).toMatchObject({ status: ['suspended', 'deleted'] });
  });

  test('source address and user agent, as far as they were recorded', async () => {
    const { items } = await clientHistory(events, WHOLE, open);
    expect(items.map(({ origin }) => [origin.ip, origin.userAgent])).toEqual([
      ['192.0.2.1', 'curl/8'],
      [null, null],
      ['192.0.2.9', null],
      [null, null],
      [null, null],
      [null, null],
    ]);
    expect(items.map(({ personalData }) => personalData)).toEqual([
      'readable',
      'readable',
      'readable',
      'none',
      'none',
      'none',
    ]);
  });

  test('after an erasure everything else is still there', async () => {
    const { items } = await clientHistory(events, WHOLE, erased);
    expect(items[0]).toMatchObject({ personalData: 'unreadable', origin: { ip: null, userAgent: null } });
    expect(JSON.stringify(items)).not.toMatch(/a\.example"\]?,?"ip|192\.0\.2|@a\.example/);
    expect(items[1]?.changes.map(({ member }) => member)).toContain('client_name');
  });

  test('never shows a digest', async () => {
    const shown = JSON.stringify(await clientHistory(events, WHOLE, open));
    for (const digest of DIGESTS) expect(shown).not.toContain(digest);
  });

  test.each([
    ['the first page', { after: 0, limit: 2 }, [10, 20], 20],
    ['a page in the middle', { after: 20, limit: 2 }, [30, 40], 40],
    ['the last page, exactly full', { after: 40, limit: 2 }, [50, 60], null],
    ['behind the end', { after: 60, limit: 2 }, [], null],
    ['a cursor between positions', { after: 25, limit: 1 }, [30], 30],
  ])('pages · %s', async (_name, page, positions, next) => {
    const read = await clientHistory(events, page, open);
    expect([read.items.map(({ position }) => position), read.next]).toEqual([positions, next]);
  });

  test('pages · a change is the same on every page size', async () => {
    const whole = (await clientHistory(events, WHOLE, open)).items;
    for (const [index, entry] of whole.entries()) {
      const { items } = await clientHistory(events, { after: entry.position - 1, limit: 1 }, open);
      expect(items).toEqual([whole[index]]);
    }
  });
});

describe('a client as operators see it', () => {
  const facts: PersonalFacts = { metadata: { contacts: ['b@a.example'] } };

  test('nobody', () => {
    expect(shownClient(fold([]), null, 0)).toBeNull();
  });
  test('decrypted members stand with the others', () => {
    expect(shownClient(fold(events.slice(0, 3)), facts, 30)).toEqual({
      client_id: 'c1',
      client_id_issued_at: 1_767_225_600,
      status: 'suspended',
      metadata: { client_name: 'New', logo_uri: 'https://a.example/l', contacts: ['b@a.example'] },
      personalData: 'readable',
      secrets: [
        {
          secretId: 'secret-0',
          issuedAt: '2026-01-01T00:00:00.000Z',
          client_secret_expires_at: 0,
          validUntil: null,
        },
      ],
      streamVersion: 3,
      position: 30,
      recordedAt: '2026-01-01T02:00:00.000Z',
    });
  });
  test('an erased key is said', () => {
    expect(shownClient(fold(events), null, 60)).toMatchObject({
      status: 'deleted',
      personalData: 'unreadable',
    });
  });
  test('never shows a digest', () => {
    const shown = JSON.stringify(shownClient(fold(events.slice(0, 5)), facts, 50));
    for (const digest of DIGESTS) expect(shown).not.toContain(digest);
  });
});
