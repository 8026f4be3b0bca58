import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { metric } from './metrics.js';
import type { Process } from './processes.js';

type Projection = {
  name: string;
  modelVersion: number;
  position: number;
  head: number;
  rebuild: { state: string } | null;
};
type Replay = { events: number; clients: number; equal: boolean; seconds: number };

/** The first token of a file that the service wrote at its first start, lines `name:token`. */
const tokenOf = (folder: string, file: string) => {
  const line = readFileSync(path.join(folder, file), 'utf8').split('\n')[0] ?? '';
  return line.slice(line.indexOf(':') + 1).trim();
};

export type Tokens = { admin: () => string; auditor: () => string };

/** The tokens that an embedded service wrote into its data directory. */
export const tokensIn = (folder: string): Tokens => ({
  admin: () => tokenOf(folder, 'admin-tokens'),
  auditor: () => tokenOf(folder, 'auditor-tokens'),
});

/** What the benchmarks ask of the admin and audit API. */
export function admin(server: Pick<Process, 'url'>, tokens: Tokens) {
  const call = async (method: string, at: string, token: string) => {
    const response = await fetch(server.url + at, { method, headers: { authorization: `Bearer ${token}` } });
    if (!response.ok) throw new Error(`${method} ${at}: ${response.status} ${await response.text()}`);
    return response.text();
  };
  const projection = async () => {
    const text = await call('GET', '/admin/projections', tokens.admin());
    const found = (JSON.parse(text) as { items: Projection[] }).items.find(({ name }) => name === 'clients');
    if (found === undefined) throw new Error('there is no projection clients');
    return found;
  };
  return {
    /** Waits until the read model has every event. */
    async caughtUp(): Promise<void> {
      for (;;) {
        const { position, head } = await projection();
        if (position >= head) return;
        await delay(20);
      }
    },
    /** Waits until Kafka has every event and every state of the distributed service. */
    async published(): Promise<void> {
      for (;;) {
        const [head = 0] = await metric(server, 'rollbook_log_head');
        const positions = await metric(server, 'rollbook_published_position');
        if (positions.every((position) => position >= head)) return;
        await delay(50);
      }
    },
    /** @returns seconds until the rebuilt model is the live one */
    async rebuild(): Promise<number> {
      const { modelVersion } = await projection();
      const start = performance.now();
      await call('POST', '/admin/projections/clients/rebuild', tokens.admin());
      for (;;) {
        const now = await projection();
        if (now.modelVersion !== modelVersion) return (performance.now() - start) / 1000;
        if (now.rebuild?.state === 'failed') throw new Error('the rebuild failed');
        await delay(20);
      }
    },
    async replay(): Promise<Replay> {
      const lines = (await call('GET', '/audit/replay', tokens.auditor())).trimEnd().split('\n');
      return JSON.parse(lines.at(-1) ?? '') as Replay;
    },
  };
}
