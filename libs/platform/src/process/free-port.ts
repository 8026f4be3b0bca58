import { createServer } from 'node:net';

/**
 * A port of the host that nobody listens on at this moment, for a configured port of 0: some things need to know it
 * before the server listens.
 */
export function freePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, host, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
