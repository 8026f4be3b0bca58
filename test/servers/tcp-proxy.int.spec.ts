import { afterEach, beforeEach, expect, test } from '@jest/globals';
import net from 'node:net';
import { LOOPBACK, startTcpProxy, type TcpProxy } from '@rollbook-servers';

let server: net.Server;
let received: string;
let proxy: TcpProxy;
const sockets = new Set<net.Socket>();

beforeEach(async () => {
  received = '';
  server = net.createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      received += chunk.toString();
      socket.write(`<${chunk.toString()}>`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
  proxy = await startTcpProxy({ host: LOOPBACK, port: (server.address() as net.AddressInfo).port });
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await proxy.stop();
  await new Promise((resolve) => server.close(resolve));
});

/** A connection through the proxy: what it was told so far, and how it ended. */
async function connect() {
  const socket = net.connect(proxy.port, proxy.host);
  sockets.add(socket);
  const state = { heard: '', ended: '' };
  socket.on('data', (chunk) => (state.heard += chunk.toString()));
  socket.on('error', (error: NodeJS.ErrnoException) => (state.ended = error.code ?? 'error'));
  socket.on('close', () => (state.ended ||= 'closed'));
  return { socket, state };
}
async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error('not within 5 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('proxy · passes both directions on', async () => {
  const { socket, state } = await connect();
  socket.write('a');
  await until(() => state.heard === '<a>');
  socket.write('b');
  await until(() => state.heard === '<a><b>');
});

test('proxy · cut: resets what is open and what is new; heal: new connections pass', async () => {
  const open = await connect();
  open.socket.write('a');
  await until(() => open.state.heard === '<a>');
  proxy.cut();
  await until(() => open.state.ended === 'ECONNRESET');
  const fresh = await connect();
  await until(() => fresh.state.ended !== '');
  proxy.heal();
  const healed = await connect();
  healed.socket.write('b');
  await until(() => healed.state.heard === '<b>');
});

test('proxy · delay: everything arrives, later and in order', async () => {
  const { socket, state } = await connect();
  proxy.delay(150);
  const began = Date.now();
  socket.write('a');
  await until(() => state.heard === '<a>');
  expect(Date.now() - began).toBeGreaterThanOrEqual(290);
});

test('proxy · halfClose: requests arrive, answers do not; heal resets the connection that lost one', async () => {
  const { socket, state } = await connect();
  proxy.halfClose();
  socket.write('a');
  await until(() => received === 'a');
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(state).toEqual({ heard: '', ended: '' });
  proxy.heal();
  await until(() => state.ended === 'ECONNRESET');
});
