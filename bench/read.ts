import { EXAMPLE, load, median, type Target } from './load.js';
import { startRollbook, startServer, type Process } from './processes.js';
import type { Row } from './report.js';
import { inTemporaryFolder } from './temporary.js';

/** Registers one client and gives the target that reads it back (RFC 7592 §2.1). */
async function readingOf(server: Process, at: string): Promise<Target> {
  const response = await fetch(server.url + at, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: EXAMPLE,
  });
  const { registration_client_uri, registration_access_token } = (await response.json()) as Record<
    string,
    string
  >;
  const uri = new URL(registration_client_uri ?? '');
  return {
    url: server.url + uri.pathname + uri.search,
    method: 'GET',
    headers: { authorization: `Bearer ${registration_access_token}` },
    status: 200,
  };
}

/** Reads of the client configuration endpoint per second, against the peer's. */
export function measureReading(options: { rounds: number; seconds: number }): Promise<Row[]> {
  return inTemporaryFolder(async (folder) => {
    const rollbook = await startRollbook(folder);
    const peer = await startServer('peer-server.js');
    try {
      const targets = {
        rollbook: await readingOf(rollbook, '/connect/register'),
        peer: await readingOf(peer, '/reg'),
      };
      const rows: Row[] = [];
      for (const connections of [1, 16, 64]) {
        const figures = { rollbook: [] as number[], peer: [] as number[] };
        for (let round = 0; round < options.rounds; round++) {
          for (const server of ['rollbook', 'peer'] as const) {
            figures[server].push(
              (await load(targets[server], { connections, seconds: options.seconds })).perSecond,
            );
          }
        }
        rows.push({
          what: `GET of a registration, ${connections} ${connections === 1 ? 'connection' : 'connections'}, against node-oidc-provider in memory`,
          figure: `${Math.round(median(figures.rollbook))}/s against ${Math.round(median(figures.peer))}/s`,
          ratio: median(figures.rollbook) / median(figures.peer),
        });
      }
      return rows;
    } finally {
      await Promise.all([rollbook.stop(), peer.stop()]);
    }
  });
}
