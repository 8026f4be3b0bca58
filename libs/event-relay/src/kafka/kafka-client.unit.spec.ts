import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { cutOff } from './client-sockets.js';
import { kafkaClient } from './kafka-client.js';

/** Takes connections and never answers, as a frozen broker does. */
async function silentBroker(): Promise<{ server: Server; address: string; sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, address: `127.0.0.1:${(server.address() as AddressInfo).port}`, sockets };
}

test('design §8 · every client begins with another broker, so that one that never answers stops no second one', async () => {
  const brokers = await Promise.all([silentBroker(), silentBroker(), silentBroker()]);
  const connection = {
    brokers: brokers.map(({ address }) => address),
    tls: false,
    sasl: null,
    clientId: 'test',
  };
  const asked: string[] = [];
  for (let clients = 0; clients < brokers.length; clients++) {
    const admin = kafkaClient(connection, { retries: 0 }).admin();
    const connected = admin.connect().catch(() => undefined);
    await Promise.race(brokers.map(({ server }) => once(server, 'connection')));
    const first = brokers.find(({ sockets }) => sockets.length > 0);
    asked.push(first?.address ?? '');
    for (const socket of first?.sockets.splice(0) ?? []) socket.destroy();
    await connected;
    await admin.disconnect();
  }
  for (const { server } of brokers) server.close();
  expect(asked.toSorted()).toEqual(connection.brokers.toSorted());
});

test('design §8 · nothing of a client that is cut off stays, also when its broker never answers', async () => {
  const { server, address } = await silentBroker();
  const gone: Promise<unknown>[] = [];
  server.on('connection', (socket) => {
    socket.on('error', () => undefined).resume();
    gone.push(new Promise((resolve) => socket.once('close', resolve)));
  });
  const kafka = kafkaClient({ brokers: [address], tls: false, sasl: null, clientId: 'test' }, { retries: 0 });
  const admin = kafka.admin();
  const connecting = admin.connect().catch(() => undefined);
  await once(server, 'connection');
  cutOff(kafka);
  await connecting;
  // One that was still to be made ends too.
  await expect(kafka.admin().connect()).rejects.toThrow();
  await Promise.all(gone);
  await new Promise((resolve) => server.close(resolve));
});
