import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { closeServer } from './close-server.js';

const REQUEST = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
const sockets: Socket[] = [];
afterEach(() => sockets.splice(0).forEach((socket) => socket.destroy()));

async function listening(): Promise<{ server: Server; port: number; close: () => Promise<void> }> {
  const server = createServer((_request, response) => response.end('answered'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // As a framework does it.
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  return { server, port: (server.address() as AddressInfo).port, close };
}

async function connected(port: number): Promise<{ socket: Socket; received: () => string }> {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  let received = '';
  socket.on('data', (chunk: Buffer) => (received += chunk.toString())).on('error', () => undefined);
  await new Promise((resolve) => socket.once('connect', resolve));
  return { socket, received: () => received };
}

describe('design §8 · a server that stops', () => {
  test('answers what comes on connections that are open already, as the last on each of them', async () => {
    const { server, port, close } = await listening();
    const [kept, fresh] = [await connected(port), await connected(port)];
    kept.socket.write(REQUEST);
    while (!kept.received().includes('answered')) await delay(5);
    const closed = closeServer(server, close);
    await delay(50);
    for (const { socket } of [kept, fresh]) socket.write(REQUEST);
    await closed;
    await delay(20);
    expect(kept.received().match(/answered/g)).toHaveLength(2);
    for (const { received } of [kept, fresh]) expect(received().toLowerCase()).toContain('connection: close');
  });

  test('takes what was connected before, and nothing afterwards', async () => {
    const { server, port, close } = await listening();
    const before = Array.from({ length: 20 }, () => {
      const socket = connect(port, '127.0.0.1');
      sockets.push(socket);
      let received = '';
      socket.on('data', (chunk: Buffer) => (received += chunk.toString())).on('error', () => undefined);
      socket.write(REQUEST);
      return () => received;
    });
    // The kernel has connected them; this turn of the event loop has accepted nothing yet.
    const until = performance.now() + 20;
    while (performance.now() < until);
    const closed = closeServer(server, close);
    await delay(50);
    const after = connect(port, '127.0.0.1');
    const refused = new Promise((resolve) => after.once('error', resolve));
    expect(await refused).toMatchObject({ code: 'ECONNREFUSED' });
    await closed;
    for (const received of before) expect(received()).toContain('answered');
  });

  test('is closed at once when nobody is connected, and when it never listened', async () => {
    const { server, close } = await listening();
    const began = performance.now();
    await closeServer(server, close);
    await closeServer(createServer(), async () => undefined);
    expect(performance.now() - began).toBeLessThan(200);
  });
});
