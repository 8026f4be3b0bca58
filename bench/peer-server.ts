import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';

// The peer of the comparison: node-oidc-provider's registration endpoint with its in-memory store, as its
// documentation configures it. Prints its port and serves until its stdin closes.
const server = http.createServer();
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  const provider = new Provider(`http://127.0.0.1:${port}`, {
    features: {
      registration: { enabled: true },
      registrationManagement: { enabled: true },
      devInteractions: { enabled: false },
    },
    scopes: ['openid', 'offline_access', 'profile', 'email'],
  });
  server.on('request', provider.callback());
  process.stdout.write(`${port}\n`);
});
process.stdin.resume().on('end', () => process.exit(0));
