import { createServer, type AddressInfo, type Socket } from 'node:net';
import { BSON } from 'mongodb';

type Document = Record<string, unknown>;
/** Answers one command; null breaks the connection instead. */
export type Answer = (command: Document) => Document | null;

/** OP_REPLY, to the first word of a connection; OP_QUERY, that word; OP_MSG, everything else. */
const [OP_REPLY, OP_QUERY, OP_MSG] = [1, 2004, 2013];
const HEADER_OCTETS = 16;
const NAME_OF_SET = 'rs';

/**
 * A primary that says what a test wants it to, in MongoDB's wire protocol: of a replica set, so that the driver would
 * retry writes if it were let.
 *
 * @param answer to every command that is not the driver's own (`hello`, `ping`, `endSessions`)
 * @returns its URL and every such command as it came, documents of a message put into their place
 */
export async function startPrimary(
  answer: Answer,
): Promise<{ url: string; commands: Document[]; stop(): Promise<void> }> {
  const commands: Document[] = [];
  const sockets = new Set<Socket>();
  let address = '';

  const reply = (command: Document): Document | null => {
    const [name = ''] = Object.keys(command);
    if (/^(hello|isMaster|ismaster)$/.test(name)) return helloOf(address);
    if (name === 'ping' || name === 'endSessions') return { ok: 1 };
    commands.push(command);
    return answer(command);
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
    let buffered = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      buffered = Buffer.concat([buffered, chunk]);
      while (buffered.length >= HEADER_OCTETS && buffered.length >= buffered.readInt32LE(0)) {
        const message = buffered.subarray(0, buffered.readInt32LE(0));
        buffered = buffered.subarray(message.length);
        const document = reply(commandIn(message));
        if (document === null) socket.destroy();
        else socket.write(encoded(document, message));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `mongodb://${address}/?replicaSet=${NAME_OF_SET}`,
    commands,
    async stop() {
      sockets.forEach((socket) => socket.destroy());
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const helloOf = (address: string): Document => ({
  ok: 1,
  isWritablePrimary: true,
  ismaster: true,
  helloOk: true,
  setName: NAME_OF_SET,
  setVersion: 1,
  hosts: [address],
  me: address,
  primary: address,
  maxBsonObjectSize: 16 * 1024 * 1024,
  maxMessageSizeBytes: 48_000_000,
  maxWriteBatchSize: 100_000,
  logicalSessionTimeoutMinutes: 30,
  minWireVersion: 0,
  maxWireVersion: 25,
});

function commandIn(message: Buffer): Document {
  if (message.readInt32LE(12) === OP_QUERY) {
    const endOfName = message.indexOf(0, HEADER_OCTETS + 4);
    return BSON.deserialize(message.subarray(endOfName + 1 + 8));
  }
  let command: Document = {};
  for (let at = HEADER_OCTETS + 4; at < message.length;) {
    const kind = message[at++];
    const end = at + message.readInt32LE(at);
    if (kind === 0) {
      command = { ...BSON.deserialize(message.subarray(at, end)), ...command };
    } else {
      // a sequence: its length, its name, documents
      const endOfName = message.indexOf(0, at + 4);
      const documents: Document[] = [];
      for (let next = endOfName + 1; next < end; next += message.readInt32LE(next))
        documents.push(BSON.deserialize(message.subarray(next, next + message.readInt32LE(next))));
      command[message.toString('utf8', at + 4, endOfName)] = documents;
    }
    at = end;
  }
  return command;
}

function encoded(document: Document, request: Buffer): Buffer {
  const body = BSON.serialize(document);
  const isFirst = request.readInt32LE(12) === OP_QUERY;
  // OP_REPLY: flags, cursor (8 octets), the first document's number, the number of documents; OP_MSG: flags, the kind 0
  const before = isFirst ? Buffer.alloc(20) : Buffer.alloc(5);
  if (isFirst) before.writeInt32LE(1, 16);
  const header = Buffer.alloc(HEADER_OCTETS);
  header.writeInt32LE(HEADER_OCTETS + before.length + body.length, 0);
  header.writeInt32LE(request.readInt32LE(4), 8);
  header.writeInt32LE(isFirst ? OP_REPLY : OP_MSG, 12);
  return Buffer.concat([header, before, body]);
}
