import { createSecretKey } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { deriveKey, KEY_OCTETS, newRows } from '../derive.js';
import { openKeyFile } from './key-file.js';
import type { MakeKeys, MadeKeys, MakerData } from './maker.js';

// Makes keys durable off the main thread: an fsync there would hold up every request.
const { file, masterKeyId, masterKey }: MakerData = workerData;
const master = createSecretKey(masterKey);
const keyFile = openKeyFile(file);
const port = parentPort;

port?.on('message', (message: MakeKeys) => {
  if (message.count === 0) {
    keyFile.close();
    port.close();
    return;
  }
  const answer = make(message.count);
  port.postMessage(answer, answer.ok ? [answer.keys] : []);
});

function make(count: number): MadeKeys {
  const rows = newRows(count, masterKeyId, Date.now());
  try {
    keyFile.insert(rows);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return { ok: false, code };
  }
  const keys = new ArrayBuffer(count * KEY_OCTETS);
  rows.forEach((row, i) => deriveKey(master, row).copy(Buffer.from(keys, i * KEY_OCTETS, KEY_OCTETS)));
  return { ok: true, kids: rows.map(({ kid }) => kid.toString('base64url')), keys };
}
