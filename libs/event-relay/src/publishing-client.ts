import type { Kafka } from 'kafkajs';
import type { KafkaConnection } from './connection.js';
import { cutOff } from './kafka/client-sockets.js';
import { kafkaClient } from './kafka/kafka-client.js';
import type { PublishingSession } from './publisher-loop.js';

/**
 * Opens a session with a client of its own. When the session is closed, or did not come to be, nothing of the client
 * stays open.
 */
export async function withOwnClient(
  connection: KafkaConnection,
  open: (kafka: Kafka) => Promise<PublishingSession>,
): Promise<PublishingSession> {
  const kafka = kafkaClient(connection);
  try {
    const session = await open(kafka);
    return {
      step: (signal) => session.step(signal),
      close: () => session.close().finally(() => cutOff(kafka)),
    };
  } catch (error) {
    cutOff(kafka);
    throw error;
  }
}
