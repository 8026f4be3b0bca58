import type { Operation } from '@rollbook/client-metadata';
import { allows, rejects, type Case } from './case.js';

const operation: Operation = {
  kind: 'update',
  client_id: 's6BhdRkqt3',
  isCurrentSecret: (presented) => presented === 'current',
};
const ID = { client_id: 's6BhdRkqt3' };

export const UPDATE_CASES: readonly Case[] = [
  allows(
    'RFC 7592 §2.2 · the record with its client_id',
    ID,
    { client_id: undefined, client_name: 'My Example Application' },
    { operation },
  ),
  allows(
    'RFC 7592 §2.2 · with the current secret',
    { ...ID, client_secret: 'current' },
    { client_secret: undefined },
    { operation },
  ),
  allows(
    'H6 · null and empty are omitted',
    { ...ID, client_secret: '', registration_access_token: null, registration_client_uri: '' },
    { client_secret: undefined },
    { operation },
  ),
  allows(
    '2.8 · an omitted member falls back to its default',
    { ...ID, token_endpoint_auth_method: null },
    { token_endpoint_auth_method: 'client_secret_basic' },
    { operation },
  ),
  rejects('H17 · without client_id', {}, 'client-id-required', ['client_id'], { operation }),
  rejects('H17 · with null', { client_id: null }, 'client-id-required', ['client_id'], { operation }),
  rejects('H17 · with another client_id', { client_id: 'other' }, 'client-id-mismatch', ['client_id'], {
    operation,
  }),
  rejects('H17 · with a number', { client_id: 1 }, 'client-id-mismatch', ['client_id'], { operation }),
  rejects(
    'RFC 7592 §2.2 · with another secret',
    { ...ID, client_secret: 'chosen' },
    'client-secret-mismatch',
    ['client_secret'],
    { operation },
  ),
  rejects(
    'RFC 7592 §2.2 · with a secret of the wrong type',
    { ...ID, client_secret: 1 },
    'client-secret-mismatch',
    ['client_secret'],
    { operation },
  ),
  ...Object.entries({
    registration_access_token: 'x',
    registration_client_uri: 'https://example.com/',
    client_secret_expires_at: 0,
    client_id_issued_at: 1,
  }).map(([member, value]) =>
    rejects(`H18 · with ${member}`, { ...ID, [member]: value }, 'server-written', [member], { operation }),
  ),
  rejects(
    'RFC 7592 §2.2 · the same rules as a registration',
    { ...ID, redirect_uris: [] },
    'redirect-uris-required',
    ['redirect_uris'],
    { operation },
  ),
];
