import { readFileSync } from 'node:fs';
import { secretNeed, validateClientMetadata } from '@rollbook/client-metadata';
import { EVERYTHING } from '@rollbook-testing/client-metadata';

type Members = { readonly [member: string]: unknown };
const page = readFileSync(new URL('../../../docs/client-types.md', import.meta.url), 'utf8');
const blocks = (kind: string): Members[] =>
  Array.from(
    page.matchAll(new RegExp(`^\`\`\`json ${kind}\n([^]*?)\n\`\`\`$`, 'gm')),
    ([, json = '']) => JSON.parse(json) as Members,
  );
const headings = Array.from(page.matchAll(/^## (.+)$/gm), ([, title = '']) => title);
const requests = blocks('request');
const answers = blocks('answer');

/** Members of every answer that do not come from the request (RFC 7591 §3.2.1, RFC 7592 §3). */
const ALWAYS = ['client_id', 'client_id_issued_at', 'registration_access_token', 'registration_client_uri'];
const WITH_SECRET = ['client_secret', 'client_secret_expires_at'];

describe('docs/client-types.md', () => {
  test('has a request and an answer under each heading', () => {
    expect([requests.length, answers.length]).toEqual([headings.length, headings.length]);
    expect(headings).toEqual(
      expect.arrayContaining(['Web application', 'Single page application', 'Backend service']),
    );
  });

  test.each(headings.map((title, i) => [title, requests[i], answers[i]] as const))(
    '%s · the request is accepted and gives the answer',
    (_title, request, answer) => {
      const result = validateClientMetadata(request, { policy: EVERYTHING, operation: { kind: 'register' } });
      expect(result).toMatchObject({ ok: true, warnings: [] });
      const metadata = result.ok ? result.metadata : {};
      const issued = secretNeed(metadata) === 'none' ? ALWAYS : [...ALWAYS, ...WITH_SECRET];
      expect(answer).toEqual({
        ...metadata,
        ...Object.fromEntries(issued.map((member) => [member, expect.anything()])),
      });
    },
  );
});
