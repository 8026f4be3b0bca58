import { createSecretKey, hkdfSync } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { deriveKey, newRows } from '../derive.js';
import { openKeyFile } from './key-file.js';

let folder = '';
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'rollbook-keys-'))));
afterEach(() => rmSync(folder, { recursive: true }));
const at = (name: string) => path.join(folder, name);

describe('rows', () => {
  test('RFC 5869 · a key is HKDF-SHA256(master key, salt, purpose and kid)', () => {
    const [row] = newRows(1, 1, Date.now());
    const info = Buffer.concat([Buffer.from('rollbook personal-data key 1 '), row!.kid]);
    const expected = Buffer.from(hkdfSync('sha256', Buffer.alloc(32, 7), row!.salt, info, 32));
    expect(deriveKey(createSecretKey(Buffer.alloc(32, 7)), row!).equals(expected)).toBe(true);
  });

  test('10,000 kids and salts are distinct, and kids of a later time sort later', () => {
    const rows = newRows(10_000, 1, 1_790_000_000_000);
    expect(new Set(rows.map(({ kid }) => kid.toString('hex'))).size).toBe(10_000);
    expect(new Set(rows.map(({ salt }) => salt.toString('hex'))).size).toBe(10_000);
    const [later] = newRows(1, 1, 1_790_000_000_001);
    expect(rows.every(({ kid, salt }) => Buffer.compare(kid, later!.kid) < 0 && salt.length === 32)).toBe(
      true,
    );
  });

  test('what was inserted is found, anything else is not', () => {
    const file = openKeyFile(at('keys.sqlite'));
    const rows = newRows(100, 1, Date.now());
    file.insert(rows);
    expect(rows.map(({ kid }) => file.find(kid))).toEqual(rows);
    expect(file.find(Buffer.alloc(16))).toBeNull();
    file.close();
  });

  test('a batch is all or nothing', () => {
    const file = openKeyFile(at('keys.sqlite'));
    const rows = newRows(3, 1, Date.now());
    expect(() => file.insert([...rows, rows[0]!])).toThrow(/UNIQUE/);
    expect(rows.map(({ kid }) => file.find(kid))).toEqual([null, null, null]);
    file.close();
  });
});

describe('the file', () => {
  test('design §12 · it and its journal have mode 0600, whatever they had', () => {
    writeFileSync(at('keys.sqlite'), '');
    chmodSync(at('keys.sqlite'), 0o644);
    const file = openKeyFile(at('keys.sqlite'));
    file.insert(newRows(1, 1, Date.now()));
    const modes = ['', '-wal', '-shm'].map((suffix) => statSync(at(`keys.sqlite${suffix}`)).mode & 0o777);
    expect(modes).toEqual([0o600, 0o600, 0o600]);
    file.close();
  });

  test('a file of another version, or no database at all, is refused', () => {
    writeFileSync(at('other'), 'not a database '.repeat(100));
    expect(() => openKeyFile(at('other'))).toThrow(/not a database/);
  });
});
