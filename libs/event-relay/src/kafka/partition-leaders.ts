import type { Kafka } from 'kafkajs';

/**
 * Which broker leads each partition of a topic now, by its id.
 *
 * @throws kafkajs's errors, also where a partition has no leader
 */
export async function partitionLeaders(kafka: Kafka, topic: string): Promise<number[]> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    const leaders: number[] = [];
    for (const { partitionId, leader } of topics.find(({ name }) => name === topic)?.partitions ?? [])
      leaders[partitionId] = leader;
    return leaders;
  } finally {
    await admin.disconnect();
  }
}
