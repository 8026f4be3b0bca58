import { METADATA, registration, SECRET } from '@rollbook-testing/read-models';
import type { ClientDocument } from './document.js';
import { type Positioned, project } from './project.js';

const SUMMARY = { secretId: 's-1', issuedAt: SECRET.issuedAt, client_secret_expires_at: 0, validUntil: null };
const BEFORE: ClientDocument = {
  client_id: 'c1',
  client_id_issued_at: 1_793_000_000,
  status: 'active',
  metadata: METADATA,
  secrets: [SUMMARY],
  registeredAt: '2026-11-01T10:00:00.000Z',
  updatedAt: '2026-11-01T10:00:00.000Z',
  streamVersion: 1,
  position: 7,
  policyVersion: 'policy-1',
};
const event = (type: string, data: object, streamVersion = 2): Positioned =>
  ({
    type,
    data,
    streamId: 'client-c1',
    streamVersion,
    recordedAt: '2026-11-02T10:00:00.000Z',
    policyVersion: 'policy-2',
    position: 9,
  }) as Positioned;
const NOTED = {
  updatedAt: '2026-11-02T10:00:00.000Z',
  streamVersion: 2,
  position: 9,
  policyVersion: 'policy-2',
};
const second = { ...SECRET, secretId: 's-2', issuedAt: '2026-11-02T10:00:00.000Z' };
const secondSummary = { ...SUMMARY, secretId: 's-2', issuedAt: second.issuedAt };
const previous = { secretId: 's-1', validUntil: '2026-11-03T10:00:00.000Z' };
const overlapping = { ...SUMMARY, validUntil: previous.validUntil };

const CHANGES: [name: string, event: Positioned, changes: Partial<ClientDocument>][] = [
  [
    'RFC 7592 §2.2 · an update replaces the whole record',
    event('ClientUpdated', { metadata: { client_name: 'B' }, changed: ['client_name'] }),
    { metadata: { client_name: 'B' } },
  ],
  [
    'design §3 · a secret issued by an update is the only one',
    event('SecretIssued', { secret: second, reason: 'needs-key' }),
    { secrets: [secondSummary] },
  ],
  [
    'design §5 · a rotation leaves the old secret valid for the overlap',
    event('SecretRotated', { secret: second, previous }),
    { secrets: [overlapping, secondSummary] },
  ],
  [
    'design §5 · a revoked secret is gone',
    event('SecretRevoked', { secretId: 's-1', reason: 'not-needed' }),
    { secrets: [] },
  ],
  [
    'design §5 · tokens are not part of the model, their event is',
    event('RegistrationAccessTokenRotated', { digest: SECRET.digest, previousValidUntil: null }),
    {},
  ],
  ['design §3 · suspended', event('ClientSuspended', { reason: 'abuse' }), { status: 'suspended' }],
  ['design §3 · reinstated', event('ClientReinstated', { reason: null }), { status: 'active' }],
  [
    'design §6 · a deleted client stays listed, without credentials',
    event('ClientDeleted', { reason: null }),
    { status: 'deleted', secrets: [] },
  ],
];

test.each(CHANGES)('%s', (_name, change, changes) => {
  expect(project(BEFORE, change)).toEqual({ ...BEFORE, ...changes, ...NOTED });
});

test('design §3 · a registration starts the document, without digests', () => {
  const document = project(null, event('ClientRegistered', registration('c1'), 1));
  expect(document).toEqual({
    ...BEFORE,
    registeredAt: NOTED.updatedAt,
    ...NOTED,
    streamVersion: 1,
  });
  expect(JSON.stringify(document)).not.toContain(SECRET.digest);
});

test('design §5 · a third secret ends the oldest', () => {
  const two = { ...BEFORE, secrets: [overlapping, secondSummary] };
  const third = { ...SECRET, secretId: 's-3' };
  const rotated = project(
    two,
    event('SecretRotated', { secret: third, previous: { ...previous, secretId: 's-2' } }),
  );
  expect(rotated?.secrets.map(({ secretId }) => secretId)).toEqual(['s-2', 's-3']);
});

test('neither the document before nor the event is changed', () => {
  const before = structuredClone(BEFORE);
  const change = event('ClientSuspended', { reason: 'abuse' });
  project(before, change);
  expect(before).toEqual(BEFORE);
  expect(change).toEqual(event('ClientSuspended', { reason: 'abuse' }));
});

const REFUSED: [name: string, document: ClientDocument | null, event: Positioned, message: RegExp][] = [
  ['a second registration', BEFORE, event('ClientRegistered', registration('c1'), 2), /exists/],
  [
    'an event before the registration',
    null,
    event('ClientSuspended', { reason: 'x' }, 1),
    /never registered/,
  ],
];
test.each(REFUSED)('design §8 · %s can not be applied', (_name, document, change, message) => {
  expect(() => project(document, change)).toThrow(message);
});
