/** How Kafka is reached. */
export type KafkaConnection = {
  /** `host:port` of some of the brokers; the others are learnt from these. */
  brokers: readonly string[];
  /** `true`: TLS with the usual authorities; `ca`: PEM text of the authority to trust instead. */
  tls: boolean | { ca?: string };
  sasl: { mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; username: string; password: string } | null;
  /** Shown in the brokers' logs and quotas. */
  clientId: string;
};

/** Where the publishers keep their positions and take turns. */
export type PublishersDatabase = { url: string; database: string };

/** Kafka does not answer, or not yet as it must: try again later. Nothing is wrong with what was asked. */
export class KafkaUnavailable extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'KafkaUnavailable';
  }
}
