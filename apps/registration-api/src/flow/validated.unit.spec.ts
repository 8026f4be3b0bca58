import { OutboundError, type OutboundReason } from '@rollbook/outbound';
import { effectivePolicy } from '@rollbook/policy';
import { validated } from './validated.js';

const policy = effectivePolicy({ file: null, profile: 'rfc7591' });
const REDIRECTS = ['https://app.example/callback'];
const INPUT = { redirect_uris: REDIRECTS, sector_identifier_uri: 'https://app.example/sector.json' };

const validating = (fetchJson: () => Promise<unknown>) =>
  validated({ policy, outbound: { fetchJson, close: () => Promise.resolve() } }, INPUT, { kind: 'register' });

test('OIDC Registration §5 · a sector document that lists the redirect URIs is accepted', async () => {
  const { metadata } = await validating(() => Promise.resolve(REDIRECTS));
  expect(metadata).toMatchObject(INPUT);
});

test.each<[OutboundReason, Record<string, unknown>]>([
  ['timeout', { refusal: 'invalid_client_metadata', violations: [{ rule: 'sector-document-fetched' }] }],
  ['status', { refusal: 'invalid_client_metadata', violations: [{ rule: 'sector-document-fetched' }] }],
  // Not the client's fault: it may come again.
  ['busy', { refusal: 'unavailable', retryAfterSeconds: 1 }],
])('S1 · a sector document that is not fetched (%s) is refused', async (reason, refusal) => {
  await expect(validating(() => Promise.reject(new OutboundError(reason)))).rejects.toMatchObject(refusal);
});
