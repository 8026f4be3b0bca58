import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { PERSONAL_DOMAIN, USER_AGENT, type Ledger } from './ledger.js';

type Exported = { type: string; streamId: string; streamVersion: number };

/**
 * The whole log against the ledger: positions dense, versions dense, every acknowledged registration there exactly
 * once, and nothing there that nobody asked for.
 *
 * @param ndjson `GET /audit/events.ndjson`, whole
 * @returns a sentence for every promise that is broken
 */
export function brokenByLog(ndjson: string, ledger: Ledger): string[] {
  const lines = ndjson.trimEnd().split('\n');
  const last = JSON.parse(lines.pop() ?? '{}') as { export?: { from: number; to: number; count: number } };
  const broken: string[] = [];
  if (last.export === undefined) return ['the export has no last line'];
  // Positions are dense when the lines are as many as the range is long.
  if (last.export.to - last.export.from + 1 !== lines.length) {
    broken.push(`positions ${last.export.from} to ${last.export.to}, but ${lines.length} events`);
  }
  const versions = new Map<string, number>();
  const registered = new Map<string, number>();
  for (const line of lines) {
    const { type, streamId, streamVersion } = JSON.parse(line) as Exported;
    const previous = versions.get(streamId) ?? 0;
    if (streamVersion !== previous + 1)
      broken.push(`${streamId}: version ${streamVersion} after ${previous}`);
    versions.set(streamId, streamVersion);
    if (type === 'ClientRegistered') registered.set(streamId, (registered.get(streamId) ?? 0) + 1);
  }
  for (const { client_id, acknowledged } of ledger.clients.values()) {
    const stream = `client-${client_id}`;
    if (registered.get(stream) !== 1)
      broken.push(`${stream}: registered ${registered.get(stream) ?? 0} times`);
    if ((versions.get(stream) ?? 0) < acknowledged) {
      broken.push(`${stream}: ${acknowledged} changes acknowledged, ${versions.get(stream) ?? 0} events`);
    }
  }
  const unknown = registered.size - ledger.clients.size;
  if (unknown > ledger.unanswered) {
    broken.push(
      `${unknown} registrations that nobody was told of, but only ${ledger.unanswered} calls without an answer`,
    );
  }
  return broken;
}

/** Files of the data directory that hold secrets by their purpose: keys and tokens, but no database. */
const KEY_FILE = /(token|key|recipient)/i;
/** In clear nowhere: the domain of every contact, the caller's user agent and address. */
const PERSONAL = [PERSONAL_DOMAIN, USER_AGENT, '"ip":"127.0.0.1"'];
/** Lengths of what an answer can carry: tokens and secrets of 256 bits, secrets of 384 (base64url). */
const SECRET_LENGTHS = [43, 64];

/**
 * @param directory the data directory
 * @param logs what the service wrote to stdout and stderr
 * @returns a sentence for every file with a secret, token or personal datum in clear
 */
export function leaks(directory: string, logs: string, ledger: Ledger): string[] {
  const broken = leaksIn('the log output', Buffer.from(logs), ledger);
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const isDatabase = /\.sqlite/.test(entry.name);
    if (!entry.isFile() || (KEY_FILE.test(entry.name) && !isDatabase)) continue;
    broken.push(...leaksIn(entry.name, readFileSync(path.join(entry.parentPath, entry.name)), ledger));
  }
  return broken;
}

/** @returns a sentence for every kind of secret or personal datum that stands in the content in clear */
export function leaksIn(name: string, content: Buffer, ledger: Ledger): string[] {
  const broken = PERSONAL.filter((needle) => content.includes(needle)).map(
    (needle) => `${name}: ${needle} in clear`,
  );
  if (containsOneOf(content, new Set(ledger.secrets))) broken.push(`${name}: a secret or token in clear`);
  return broken;
}

/** Looks at every run of base64url characters, at every offset: in one pass, however many secrets there are. */
function containsOneOf(content: Buffer, secrets: ReadonlySet<string>): boolean {
  for (const [run] of content.toString('latin1').matchAll(/[\w-]{43,}/g)) {
    for (const length of SECRET_LENGTHS) {
      for (let at = 0; at + length <= run.length; at++) {
        if (secrets.has(run.slice(at, at + length))) return true;
      }
    }
  }
  return false;
}
