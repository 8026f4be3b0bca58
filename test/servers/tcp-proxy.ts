import net from 'node:net';
import { LOOPBACK } from './ports.js';

/** A TCP connection between client and server with a fault in it. */
export type TcpProxy = {
  readonly host: string;
  readonly port: number;
  /** Ends every connection by a reset, and every new one as soon as it is made. */
  cut(): void;
  /** Ends every fault. Connections that have lost an answer are reset. */
  heal(): void;
  /** Holds every chunk back for so long, in both directions; 0 ends it. */
  delay(ms: number): void;
  /** From now on connections live in one direction only: what the client sends arrives, the answers never do. */
  halfClose(): void;
  stop(): Promise<void>;
};

/** Starts a proxy on a free port of the loopback interface. */
export async function startTcpProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  const sockets = new Set<net.Socket>();
  /** Those that lack something that was sent to them, and so make no sense any more. */
  const bereft = new Set<net.Socket>();
  const fault = { isCut: false, isDeaf: false, delayMs: 0 };
  const server = net.createServer({ allowHalfOpen: true }, (client) => {
    if (fault.isCut) {
      client.resetAndDestroy();
      return;
    }
    const upstream = net.connect({ ...target, allowHalfOpen: true });
    join(client, upstream, () => false);
    join(upstream, client, () => fault.isDeaf);
  });

  /** Carries what one side sends to the other, in order, its end included. */
  function join(from: net.Socket, to: net.Socket, isSwallowed: () => boolean): void {
    sockets.add(from);
    let carried = Promise.resolve();
    const carry = (action: () => void) => {
      const due = Date.now() + fault.delayMs;
      carried = carried.then(async () => {
        const ms = due - Date.now();
        if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms).unref());
        if (!to.destroyed) action();
      });
    };
    from.setNoDelay(true);
    from.on('data', (chunk) => {
      if (isSwallowed()) bereft.add(to);
      else carry(() => to.write(chunk));
    });
    from.on('end', () => carry(() => to.end()));
    from.on('error', () => to.resetAndDestroy());
    from.on('close', () => {
      sockets.delete(from);
      bereft.delete(from);
      if (!from.readableEnded) to.resetAndDestroy();
    });
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, LOOPBACK, resolve);
  });
  const endAll = () => sockets.forEach((socket) => socket.resetAndDestroy());
  return {
    host: LOOPBACK,
    port: (server.address() as net.AddressInfo).port,
    cut() {
      fault.isCut = true;
      endAll();
    },
    heal() {
      Object.assign(fault, { isCut: false, isDeaf: false, delayMs: 0 });
      bereft.forEach((socket) => socket.resetAndDestroy());
    },
    delay(ms) {
      fault.delayMs = ms;
    },
    halfClose() {
      fault.isDeaf = true;
    },
    async stop() {
      endAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
