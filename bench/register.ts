import { EXAMPLE, load, median, type Target } from './load.js';
import { cpuMs, startRollbook, startServer, type Process } from './processes.js';
import { admin, tokensIn } from './operator.js';
import type { Row } from './report.js';
import { inTemporaryFolder } from './temporary.js';

export const registration = (server: Pick<Process, 'url'>, at = '/connect/register'): Target => ({
  url: server.url + at,
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: EXAMPLE,
  status: 201,
});

const SERVERS = ['rollbook', 'bare', 'peer'] as const;
type Server = (typeof SERVERS)[number];

/**
 * Registrations per second at 1, 16 and 64 connections: the service, the bare handler, and the peer. The three take
 * turns in every round, so that a slow moment of the machine meets all of them; the figure is the median of the rounds.
 */
export async function measureRegistration(options: { rounds: number; seconds: number }): Promise<Row[]> {
  return inTemporaryFolder((folder) =>
    inTemporaryFolder(async (bareFolder) => {
      const servers: Record<Server, Process> = {
        rollbook: await startRollbook(folder),
        bare: await startServer('bare-server.js', [bareFolder]),
        peer: await startServer('peer-server.js'),
      };
      try {
        const targets: Record<Server, Target> = {
          rollbook: registration(servers.rollbook),
          bare: registration(servers.bare),
          peer: registration(servers.peer, '/reg'),
        };
        for (const server of SERVERS) await load(targets[server], { connections: 64, seconds: 3 });
        const rows: Row[] = [];
        for (const connections of [1, 16, 64]) {
          const figures: Record<Server, number[]> = { rollbook: [], bare: [], peer: [] };
          const p99: number[] = [];
          for (let round = 0; round < options.rounds; round++) {
            for (const server of SERVERS) {
              const { perSecond, p99Ms } = await load(targets[server], {
                connections,
                seconds: options.seconds,
              });
              figures[server].push(perSecond);
              if (server === 'rollbook') p99.push(p99Ms);
            }
          }
          rows.push(...compare(connections, figures, median(p99)));
        }
        rows.push(await cpuPerRegistration(servers.rollbook, folder, options.seconds));
        return rows;
      } finally {
        await Promise.all(SERVERS.map((server) => servers[server].stop()));
      }
    }),
  );
}

function compare(connections: number, figures: Record<Server, number[]>, p99Ms: number): Row[] {
  const [rollbook, bare, peer] = SERVERS.map((server) => median(figures[server])) as [number, number, number];
  const plural = connections === 1 ? 'connection' : 'connections';
  return [
    {
      what: `POST /connect/register, ${connections} ${plural}, against the bare handler`,
      figure: `${Math.round(rollbook)}/s (p99 ${p99Ms} ms) against ${Math.round(bare)}/s`,
      ratio: rollbook / bare,
      ...(connections === 64 ? { goal: { text: '≥ 0.8', met: (ratio) => ratio >= 0.8 } } : {}),
    },
    {
      what: `the same against node-oidc-provider in memory`,
      figure: `${Math.round(rollbook)}/s against ${Math.round(peer)}/s`,
      ratio: rollbook / peer,
      ...(connections === 64 ? { goal: { text: '≥ 2, aiming at 3', met: (ratio) => ratio >= 2 } } : {}),
    },
  ];
}

/** CPU of the whole process for one registration, until the read model has caught up with all of them. */
async function cpuPerRegistration(server: Process, folder: string, seconds: number): Promise<Row> {
  const before = cpuMs(server.child);
  const { requests } = await load(registration(server), { connections: 64, seconds });
  await admin(server, tokensIn(folder)).caughtUp();
  const after = cpuMs(server.child);
  const microseconds = before === null || after === null ? Number.NaN : ((after - before) * 1000) / requests;
  return {
    what: 'CPU per registration, projection included',
    figure: `${microseconds.toFixed(0)} µs`,
    value: microseconds,
    goal: { text: '≤ 120 µs', met: (value) => value <= 120 },
  };
}
