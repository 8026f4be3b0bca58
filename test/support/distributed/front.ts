import net from 'node:net';
import { LOOPBACK } from '@rollbook-servers';

/** One address before several servers: each new connection goes to the next one that accepts it. */
export type Front = { readonly port: number; stop(): Promise<void> };

/** A client that goes on sending after its server has closed is cut off then. */
const LINGER_MS = 1_000;

/** @param ports of the servers, on the loopback interface */
export async function startFront(port: number, ports: readonly number[]): Promise<Front> {
  const sockets = new Set<net.Socket>();
  let next = 0;
  const server = net.createServer({ allowHalfOpen: true }, (client) => {
    sockets.add(client);
    client.on('error', () => client.destroy());
    client.on('close', () => sockets.delete(client));
    next += 1;
    connectTo(next, ports.length);
    function connectTo(index: number, left: number): void {
      const target = ports[index % ports.length] ?? 0;
      const upstream = net.connect({ port: target, host: LOOPBACK, allowHalfOpen: true });
      let isConnected = false;
      upstream.once('connect', () => {
        isConnected = true;
        if (client.destroyed) upstream.destroy();
        client.pipe(upstream).pipe(client);
        client.once('close', () => upstream.destroy());
        // What it has answered still goes out, also to a client that has more to say (a body that is too large).
        upstream.once('close', () => {
          client.unpipe(upstream);
          client.resume();
          client.end();
          setTimeout(() => client.destroy(), LINGER_MS).unref();
        });
      });
      upstream.on('error', () => {
        // Only where nothing was sent yet may another server be asked.
        if (isConnected) return;
        if (left > 1) connectTo(index + 1, left - 1);
        else client.destroy();
      });
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, LOOPBACK, resolve);
  });
  return {
    port: (server.address() as net.AddressInfo).port,
    async stop() {
      sockets.forEach((socket) => socket.destroy());
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
