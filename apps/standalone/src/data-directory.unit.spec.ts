import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FILES, masterKeyIn, openDataDirectory, tokensIn } from './data-directory.js';

let directory: string;
beforeEach(() => {
  directory = openDataDirectory(mkdtempSync(path.join(tmpdir(), 'rollbook-directory-')));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const at = (file: string) => path.join(directory, file);
const modeOf = (file: string) => (statSync(at(file)).mode & 0o777).toString(8);
const admins = () => tokensIn(directory, FILES.adminTokens, 'admin');

test('design §12 · a generated key is the same at the next start, and for its owner only', () => {
  expect(masterKeyIn(directory)).toEqual(masterKeyIn(directory));
  expect(admins()).toEqual(admins());
  expect([modeOf(FILES.masterKey), modeOf(FILES.adminTokens)]).toEqual(['600', '600']);
});

test('design §12 · a directory and a key file that others can read are taken back', () => {
  admins();
  chmodSync(at(FILES.adminTokens), 0o644);
  chmodSync(directory, 0o755);
  openDataDirectory(directory);
  admins();
  expect([modeOf('.'), modeOf(FILES.adminTokens)]).toEqual(['700', '600']);
});

test('what a killed start left half-written is done again, whatever its mode', () => {
  writeFileSync(at(`${FILES.masterKey}.new`), 'half', { mode: 0o644 });
  masterKeyIn(directory);
  expect(modeOf(FILES.masterKey)).toBe('600');
  expect(readFileSync(at(FILES.masterKey), 'utf8')).toHaveLength(44);
});

test('a key is never written through a link that somebody planted', () => {
  writeFileSync(at('elsewhere'), 'untouched');
  symlinkSync(at('elsewhere'), at(`${FILES.masterKey}.new`));
  masterKeyIn(directory);
  expect(readFileSync(at('elsewhere'), 'utf8')).toBe('untouched');
});
