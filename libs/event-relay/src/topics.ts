/** What the configuration says about the topics (design §7). */
export type TopicSettings = {
  /** `rollbook` names the topic `rollbook.events.v1`. */
  prefix: string;
  /** Of the topics of events and of clients; fixed for life. */
  partitions: number;
  /** `null`: three where three brokers exist, else as many as there are. */
  replicationFactor: number | null;
};

/** The names of the topics under a prefix (design §7). */
export function topicNames(prefix: string): { events: string; clients: string; checkpoints: string } {
  return {
    events: `${prefix}.events.v1`,
    clients: `${prefix}.clients.v1`,
    checkpoints: `${prefix}.checkpoints.v1`,
  };
}

/** Topics that exist are not as they must be; nothing was changed. One sentence per mistake. */
export class TopicsRefused extends Error {
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super(mistakes.join('\n'));
    this.name = 'TopicsRefused';
    this.mistakes = mistakes;
  }
}
