import type { IncomingMessage, RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { testCertificate } from './certificate.js';

export type TestTlsServer = {
  port: number;
  /** The certificate to trust, PEM: `ca` of createGuardedFetch. */
  ca: string;
  /** URL of a path on this server under one of its names. */
  url(path: string, host?: string): string;
  /** Requests received so far, oldest first. */
  requests: IncomingMessage[];
  close(): Promise<void>;
};

/** An https server on 127.0.0.1 and a free port, with a certificate for `hosts`. */
export async function startTlsServer(
  respond: RequestListener,
  hosts: readonly string[] = ['localhost', '127.0.0.1'],
): Promise<TestTlsServer> {
  const { cert, key } = testCertificate(hosts);
  const requests: IncomingMessage[] = [];
  const server = createServer({ cert, key }, (request, response) => {
    requests.push(request);
    respond(request, response);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    ca: cert,
    requests,
    url: (path, host = hosts[0]) => `https://${host}:${port}${path}`,
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
