import { ConfigurationError, type Values } from './variables.js';
import type { PROJECTOR_VARIABLES } from './service-variables.js';

type KafkaValues = Pick<
  Values<typeof PROJECTOR_VARIABLES>,
  Extract<keyof typeof PROJECTOR_VARIABLES, `kafka${string}`>
>;

/** How to reach Kafka, and the topics in use, as the relay and the projector take them. */
export type KafkaSettings = {
  connection: {
    brokers: readonly string[];
    tls: boolean;
    sasl: {
      mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
      username: string;
      password: string;
    } | null;
    clientId: string;
  };
  /** `replicationFactor`: `null` leaves it to the number of brokers. */
  topics: { prefix: string; partitions: number; replicationFactor: number | null };
};

/**
 * The variables about Kafka, put together.
 *
 * @param clientId by which Kafka's own logs name this process
 * @throws ConfigurationError SASL half configured
 */
export function kafkaSettings(values: KafkaValues, clientId: string): KafkaSettings {
  return {
    connection: { brokers: values.kafkaBrokers, tls: values.kafkaTls, sasl: sasl(values), clientId },
    topics: {
      prefix: values.kafkaTopicPrefix,
      partitions: values.kafkaPartitions,
      replicationFactor: values.kafkaReplicationFactor,
    },
  };
}

function sasl(values: KafkaValues): KafkaSettings['connection']['sasl'] {
  const { kafkaSaslMechanism: mechanism, kafkaSaslUsername: username, kafkaSaslPassword: password } = values;
  if (mechanism !== null && username !== null && password !== null) return { mechanism, username, password };
  if (mechanism === null && username === null && password === null) return null;
  throw new ConfigurationError([
    'ROLLBOOK_KAFKA_SASL_MECHANISM, ROLLBOOK_KAFKA_SASL_USERNAME, ROLLBOOK_KAFKA_SASL_PASSWORD: expected all three, or none',
  ]);
}
