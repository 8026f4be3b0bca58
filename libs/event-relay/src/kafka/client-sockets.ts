import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import type { ISocketFactory, Kafka } from 'kafkajs';

/** kafkajs's own way to a broker; a module without types inside it. */
const defaultFactory = (): ISocketFactory =>
  (createRequire(import.meta.url)('kafkajs/src/network/socketFactory') as () => ISocketFactory)();

const ofClients = new WeakMap<Kafka, ClientSockets>();

/** The connections of one client, as kafkajs makes them. */
export class ClientSockets {
  readonly #connect = defaultFactory();
  readonly #open = new Set<Socket>();
  #isOver = false;

  readonly factory: ISocketFactory = (args) => {
    const socket = this.#connect(args);
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
    if (this.#isOver) end(socket);
    return socket;
  };

  belongTo(kafka: Kafka): void {
    ofClients.set(kafka, this);
  }

  end(): void {
    this.#isOver = true;
    for (const socket of this.#open) end(socket);
  }
}

/**
 * Ends every connection of a client that is not used any more, and those that it still makes. kafkajs closes the ones
 * that it knows of and waits for their brokers: one to a frozen broker, or one that was being made at that moment, would
 * stay for as long as the broker is frozen, and with each new client there would be more of them.
 */
export function cutOff(kafka: Kafka): void {
  ofClients.get(kafka)?.end();
}

/** With an error, because that is what ends kafkajs's bookkeeping of the connection too. */
const end = (socket: Socket): void => void socket.destroy(new Error('the client is not used any more'));
