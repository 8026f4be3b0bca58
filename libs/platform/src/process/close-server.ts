import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import { Server } from 'node:net';
import { setImmediate, setTimeout as delay } from 'node:timers/promises';

/** What is on its way on connections that are open already is still answered, each time as the last on its connection. */
const LAST_CALL_MS = 250;
/** Whoever keeps connecting does not keep a server from its end. */
const MOST_TURNS = 1_000;
/** A request that has not come whole by then is cut off, so that the rest is still closed in order. */
const CUT_OFF_AFTER_MS = 5_000;
/** How often a stopping server looks for connections whose last answer has gone out. */
const SWEEP_EVERY_MS = 50;

/**
 * Takes no new connections, answers what is in flight, and closes; a process beside this one gets the rest.
 *
 * @param close of the application: resolves when the requests under way are answered
 */
export async function closeServer(server: HttpServer, close: () => Promise<void>): Promise<void> {
  if (server.listening) await lastCall(server);
  // Node closes the connections that are idle at this moment; those that become so would stay for their keep-alive
  // time, those whose request never comes whole for ever.
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_EVERY_MS);
  const cutOff = setTimeout(() => server.closeAllConnections(), CUT_OFF_AFTER_MS);
  await close();
  clearInterval(sweep);
  clearTimeout(cutOff);
}

async function lastCall(server: HttpServer): Promise<void> {
  server.prependListener('request', (_request: IncomingMessage, response: ServerResponse) =>
    response.setHeader('connection', 'close'),
  );
  await acceptAll(server);
  // Not the HTTP server's own, which also ends the connections on which the next request may be under way.
  Server.prototype.close.call(server);
  if ((await connectionsOf(server)) > 0) await delay(LAST_CALL_MS);
}

/** What the kernel has connected and the server not yet accepted would be reset, and node accepts one in a turn. */
async function acceptAll(server: Server): Promise<void> {
  let accepted = 0;
  const count = (): void => void accepted++;
  server.on('connection', count);
  let before: number;
  let turns = 0;
  do {
    before = accepted;
    await setImmediate();
  } while (accepted > before && ++turns < MOST_TURNS);
  server.off('connection', count);
}

const connectionsOf = (server: Server): Promise<number> =>
  new Promise((resolve) => server.getConnections((error, count) => resolve(error === null ? count : 0)));
