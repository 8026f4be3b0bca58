import { readFileSync } from 'node:fs';
import type { JWK } from 'jose';
import { openSecret } from './verify.js';

type Sealed = {
  name: string;
  client_id: string;
  secretId: string;
  client_secret_jwe: object;
  client_secret: string | null;
};
const vectors = JSON.parse(readFileSync('docs/vectors/secrets.json', 'utf8')) as {
  recipient: JWK & { kid: string };
  sealed: Sealed[];
};

describe('docs/verifying-secrets.md §4 · the example consumer', () => {
  test.each(vectors.sealed)('$name', async ({ client_id, client_secret, ...secret }) => {
    const opened = openSecret(client_id, secret, vectors.recipient);
    if (client_secret === null) await expect(opened).rejects.toThrow();
    else expect(await opened).toBe(client_secret);
  });
});
