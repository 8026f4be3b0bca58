import { Worker } from 'node:worker_threads';
import type { PersonalKey } from '../personal.js';
import { KEY_OCTETS } from '../derive.js';

/** What the worker starts with, is asked (0 = stop), and answers. */
export type MakerData = { file: string; masterKeyId: number; masterKey: Uint8Array };
export type MakeKeys = { count: number };
export type MadeKeys = { ok: true; kids: string[]; keys: ArrayBuffer } | { ok: false; code: string };

/** Of the worker's heap: rows and keys live for one batch, and the default would keep 48 MiB of them. */
const YOUNG_GENERATION_MIB = 8;

type Order = { resolve: (keys: PersonalKey[]) => void; reject: (error: Error) => void };

/**
 * The main thread's side of the worker that makes keys durable. Takes one order at a time; a worker that died is
 * replaced with the next order.
 */
export class KeyMaker {
  readonly #data: MakerData;
  #worker: Worker | null = null;
  #order: Order | null = null;

  constructor(data: MakerData) {
    this.#data = data;
  }

  /** That many keys, their rows durable. Rejects when they could not be written; nothing is under way then. */
  make(count: number): Promise<PersonalKey[]> {
    const worker = (this.#worker ??= this.#start());
    return new Promise((resolve, reject) => {
      this.#order = { resolve, reject };
      worker.postMessage({ count } satisfies MakeKeys);
    });
  }

  /** Lets an order under way finish, closes the worker's file, and ends it. */
  async close(): Promise<void> {
    const worker = this.#worker;
    if (!worker) return;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    worker.postMessage({ count: 0 } satisfies MakeKeys);
    await ended;
  }

  #start(): Worker {
    const worker = new Worker(new URL('./make-keys.worker.js', import.meta.url), {
      workerData: this.#data,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MIB },
    });
    worker.on('message', (made: MadeKeys) => {
      const order = this.#order;
      this.#order = null;
      if (made.ok) order?.resolve(readKeys(made));
      else order?.reject(new Error(`the key store could not be written (${made.code})`));
    });
    let reason: unknown;
    worker.on('error', (error) => (reason = error));
    worker.on('exit', () => {
      this.#worker = null;
      this.#order?.reject(new Error('the thread that makes keys ended', { cause: reason }));
      this.#order = null;
    });
    return worker;
  }
}

function readKeys({ kids, keys }: { kids: string[]; keys: ArrayBuffer }): PersonalKey[] {
  return kids.map((kid, i) => ({ kid, key: Buffer.from(keys, i * KEY_OCTETS, KEY_OCTETS) }));
}
