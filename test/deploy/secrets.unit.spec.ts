import { mkdtempSync, readFileSync, rmSync, statSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inSecretsFolder, makeSecrets } from './secrets.js';

const withFolder = (work: (folder: string) => void) => {
  const parent = mkdtempSync(path.join(tmpdir(), 'rollbook-secrets-'));
  try {
    work(path.join(parent, 'secrets'));
  } finally {
    rmSync(parent, { recursive: true, force: true });
  }
};
const mode = (file: string) => (statSync(file).mode & 0o777).toString(8);

describe('docker/make-secrets.sh', () => {
  test('closes the folder to others, and lets any user of a container read the files', () =>
    withFolder((folder) => {
      makeSecrets(folder);
      expect([mode(folder), mode(path.join(folder, 'master-key'))]).toEqual(['700', '444']);
    }));

  test('keeps what exists, also when others are made anew', () =>
    withFolder((folder) => {
      makeSecrets(folder);
      const key = readFileSync(path.join(folder, 'master-key'), 'utf8');
      const token = readFileSync(path.join(folder, 'admin-tokens'), 'utf8');
      unlinkSync(path.join(folder, 'admin-tokens'));
      expect(makeSecrets(folder)).toMatch(/made admin-tokens\n[^]*kept master-key\n/);
      expect(readFileSync(path.join(folder, 'master-key'), 'utf8')).toBe(key);
      expect(readFileSync(path.join(folder, 'admin-tokens'), 'utf8')).not.toBe(token);
    }));

  test('a new password of MongoDB is in the connection string too', () =>
    withFolder((folder) => {
      makeSecrets(folder);
      const old = readFileSync(path.join(folder, 'mongodb-password'), 'utf8');
      unlinkSync(path.join(folder, 'mongodb-password'));
      expect(makeSecrets(folder)).toMatch(/made mongodb-password\n[^]*made mongodb-url\n/);
      const password = readFileSync(path.join(folder, 'mongodb-password'), 'utf8');
      expect(password).not.toBe(old);
      expect(new URL(readFileSync(path.join(folder, 'mongodb-url'), 'utf8').trim()).password).toBe(password);
    }));

  test('prints no secret', () =>
    withFolder((folder) => {
      expect(makeSecrets(folder)).toMatch(/^(made [a-z-]+\n)+$/);
    }));

  test('every secret is another one; the connection string has the password of the service', () =>
    inSecretsFolder((secret, made) => {
      const values = made.map((name) => secret(`/run/secrets/${name}`));
      expect(new Set(values).size).toBe(made.length);
      const url = new URL(secret('/run/secrets/mongodb-url').trim());
      expect([url.username, url.password]).toEqual(['rollbook', secret('/run/secrets/mongodb-password')]);
      // 6 to 1,024 characters of base64, which mongod wants.
      expect(secret('/run/secrets/mongodb-keyfile')).toMatch(/^[0-9a-f]{756}$/);
    }));
});
