import { METADATA } from '@rollbook-testing/read-models';
import type { ClientDocument } from '../clients/document.js';
import { differingMembers } from './compare.js';

const SUMMARY = { secretId: 's-1', issuedAt: '', client_secret_expires_at: 0, validUntil: null };
const DOCUMENT: ClientDocument = {
  client_id: 'c1',
  status: 'active',
  metadata: METADATA,
  secrets: [SUMMARY],
  streamVersion: 1,
  client_id_issued_at: 1,
  registeredAt: '',
  updatedAt: '',
  position: 1,
  policyVersion: '',
};

const CASES: [name: string, other: object, members: string[]][] = [
  ['equal', {}, []],
  ['a member of ours', { status: 'deleted', streamVersion: 2 }, ['status', 'streamVersion']],
  ['a member of the metadata', { metadata: { ...METADATA, client_name: 'B' } }, ['metadata.client_name']],
  [
    'one that is only there',
    { metadata: { ...METADATA, tos_uri: 'https://a.example' } },
    ['metadata.tos_uri'],
  ],
  [
    'order of a list',
    { metadata: { ...METADATA, grant_types: ['refresh_token', 'authorization_code'] } },
    ['metadata.grant_types'],
  ],
  ['inside a list', { secrets: [{ ...SUMMARY, secretId: 's-2' }] }, ['secrets']],
];
test.each(CASES)('design §8 · documents differ by member: %s', (_name, other, members) => {
  expect(differingMembers(DOCUMENT, { ...DOCUMENT, ...other })).toEqual(members);
});

test('the order of members does not matter', () => {
  const reversed = Object.fromEntries(Object.entries(DOCUMENT).toReversed()) as ClientDocument;
  expect(differingMembers(DOCUMENT, reversed)).toEqual([]);
});
