import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import {
  type GeneralJWE,
  type LiveSecret,
  openSealedSecret,
  type PrivateRecipientJwk,
  secretDigest,
  verifyClientSecret,
} from '@rollbook/credentials';

/** docs/verifying-secrets.md says what each list means; libs/registration folds the histories. */
type Vectors = {
  digests: { name: string; client_secret: string; digest: string }[];
  histories: {
    name: string;
    active: boolean;
    secrets: LiveSecret[];
    checks: { name: string; presented: string; at: string; secretId: string | null }[];
  }[];
  recipient: PrivateRecipientJwk;
  sealed: {
    name: string;
    client_id: string;
    secretId: string;
    client_secret_jwe: GeneralJWE;
    client_secret: string | null;
  }[];
};
const FILE = 'docs/vectors/secrets.json';
const vectors = JSON.parse(readFileSync(FILE, 'utf8')) as Vectors;

describe('docs/vectors/secrets.json · digests', () => {
  test.each(vectors.digests)('$name', ({ client_secret, digest }) => {
    expect(secretDigest(client_secret)).toBe(digest);
  });
});

describe('docs/vectors/secrets.json · presented secrets', () => {
  const cases = vectors.histories.flatMap(({ name, active, secrets, checks }) =>
    checks.map((check) => ({ ...check, secrets: active ? secrets : [], name: `${name}: ${check.name}` })),
  );
  test.each(cases)('$name', ({ presented, secrets, at, secretId }) => {
    expect(verifyClientSecret(presented, secrets, new Date(at))).toEqual(
      secretId === null ? null : { secretId },
    );
  });
});

describe('docs/vectors/secrets.json · client_secret_jwe', () => {
  test.each(vectors.sealed)('$name', async ({ client_secret_jwe, client_id, secretId, client_secret }) => {
    const opened = await openSealedSecret(client_secret_jwe, vectors.recipient).catch(() => null);
    const accepted =
      opened?.client_id === client_id && opened.secretId === secretId ? opened.client_secret : null;
    expect(accepted).toBe(client_secret);
  });
});

describe('docs/verifying-secrets.md · another language reads the vectors alike', () => {
  const { error } = spawnSync('python3', ['--version']);
  if (error)
    process.stderr.write('rollbook: SKIPPED, python3 is not on this machine: the vectors in Python\n');
  (error ? test.skip : test)('Python, standard library only', () => {
    const { status, stdout, stderr } = spawnSync(
      'python3',
      ['libs/credentials/testing/verify_secrets.py', FILE],
      {
        encoding: 'utf8',
      },
    );
    expect(stderr).toBe('');
    const count =
      vectors.digests.length +
      vectors.histories.length +
      vectors.histories.flatMap(({ checks }) => checks).length +
      vectors.sealed.length;
    expect(stdout).toBe(`${count} vectors passed, 0 failed\n`);
    expect(status).toBe(0);
  });
});
