import { checkSectorDocument, validateClientMetadata } from '@rollbook/client-metadata';
import { EVERYTHING, WEB_CLIENT } from '@rollbook-testing/client-metadata';

const uri = 'https://example.com/sector.json';
const CIBA = 'urn:openid:params:grant-type:ciba';

describe('OIDC Registration §5 · what the sector document must contain', () => {
  test.each([
    ['the redirect URIs', {}, ['https://example.com/callback']],
    [
      'each of them once',
      { redirect_uris: ['https://a.example/', 'https://a.example/'] },
      ['https://a.example/'],
    ],
    [
      'with CIBA poll also jwks_uri',
      {
        grant_types: ['authorization_code', CIBA],
        backchannel_token_delivery_mode: 'poll',
        jwks_uri: 'https://a.example/j',
      },
      ['https://example.com/callback', 'https://a.example/j'],
    ],
    [
      'with CIBA push also the notification endpoint',
      {
        grant_types: ['authorization_code', CIBA],
        backchannel_token_delivery_mode: 'push',
        backchannel_client_notification_endpoint: 'https://a.example/n',
        jwks_uri: 'https://a.example/j',
      },
      ['https://example.com/callback', 'https://a.example/n'],
    ],
  ])('%s', (_claim, change, mustContain) => {
    const input = { ...WEB_CLIENT, sector_identifier_uri: uri, ...change };
    expect(
      validateClientMetadata(input, { policy: EVERYTHING, operation: { kind: 'register' } }),
    ).toMatchObject({
      ok: true,
      sectorDocument: { uri, mustContain },
    });
  });

  test.each([
    ['contains all', ['https://a.example/', 'x'], ['https://a.example/'], []],
    [
      'lacks one',
      ['https://a.example/'],
      ['https://a.example/', 'https://b.example/'],
      ['sector-document-contains'],
    ],
    ['differs by a character', ['https://a.example'], ['https://a.example/'], ['sector-document-contains']],
    ['is an object', { 0: 'https://a.example/' }, ['https://a.example/'], ['sector-document-array']],
    ['holds a number', [1], [], ['sector-document-array']],
    ['is null', null, [], ['sector-document-array']],
  ])('a document that %s', (_claim, document, mustContain, rules) => {
    const violations = checkSectorDocument(mustContain, document);
    expect(violations.map(({ rule }) => rule)).toEqual(rules);
    for (const { members } of violations) expect(members).toEqual(['sector_identifier_uri']);
  });
});
