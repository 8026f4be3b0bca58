import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import type { Client, Place, View } from './view.js';

type Stored = { clients: [string, Client][]; places: [number, Place][] };

/** The view that was kept, or null at the first start. */
export function loadView(file: string): View | null {
  if (!existsSync(file)) return null;
  const { clients, places } = JSON.parse(readFileSync(file, 'utf8')) as Stored;
  return { clients: new Map(clients), places: new Map(places) };
}

// #region store
/**
 * Keeps clients and places together, whole or not at all: the one thing that resuming depends on. With a database of
 * yours, write both in one transaction instead.
 */
export function saveView(file: string, { clients, places }: View): void {
  const written = `${file}.next`;
  const descriptor = openSync(written, 'w', 0o600);
  writeSync(descriptor, JSON.stringify({ clients: [...clients], places: [...places] } satisfies Stored));
  fsyncSync(descriptor);
  closeSync(descriptor);
  renameSync(written, file);
}
// #endregion store
