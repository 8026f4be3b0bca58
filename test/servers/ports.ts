import net from 'node:net';

export const LOOPBACK = '127.0.0.1';
/**
 * Below the range from which Linux takes the ports of outgoing connections: while a killed server's port is free, a
 * client that keeps trying can otherwise be given that very port, and connect to itself.
 */
const LOWEST = 15_000;
const HIGHEST = 32_000;
const TRIES = 100;

/** So many different ports of the loopback interface that nobody listens on at this moment. */
export async function freePorts(count: number): Promise<number[]> {
  const held: net.Server[] = [];
  try {
    for (let tries = 0; held.length < count; tries++) {
      const server = await listen(LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST)));
      if (server !== null) held.push(server);
      else if (tries > TRIES) throw new Error('no free ports');
    }
    return held.map((server) => (server.address() as net.AddressInfo).port);
  } finally {
    await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
  }
}

function listen(port: number): Promise<net.Server | null> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' || error.code === 'EACCES' ? resolve(null) : reject(error),
    );
    server.listen(port, LOOPBACK, () => resolve(server));
  });
}

/** Says whether somebody accepts connections there. */
export function isOpen(port: number, host = LOOPBACK): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, host, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
