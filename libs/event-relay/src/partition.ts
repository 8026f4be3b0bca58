const SEED = 0x9747b28c;
const MULTIPLIER = 0x5bd1e995;
const OCTETS_PER_ROUND = 4;

/**
 * The partition that Kafka's clients choose for a key: murmur2 of its UTF-8 octets, without the sign, modulo the number
 * of partitions. The same in Java, librdkafka (`murmur2`) and kafkajs (its default partitioner).
 *
 * @param streamId the record's key
 * @param partitions of the topic
 */
export function partitionOf(streamId: string, partitions: number): number {
  return (murmur2(Buffer.from(streamId)) & 0x7fffffff) % partitions;
}

/** Kafka's variant of MurmurHash2 with 32 bits, as a signed number. */
function murmur2(octets: Buffer): number {
  const rest = octets.length % OCTETS_PER_ROUND;
  const whole = octets.length - rest;
  let hash = SEED ^ octets.length;
  for (let at = 0; at < whole; at += OCTETS_PER_ROUND) {
    let word = Math.imul(octets.readInt32LE(at), MULTIPLIER);
    word = Math.imul(word ^ (word >>> 24), MULTIPLIER);
    hash = Math.imul(hash, MULTIPLIER) ^ word;
  }
  if (rest > 0) hash = Math.imul(hash ^ octets.readUIntLE(whole, rest), MULTIPLIER);
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER);
  return hash ^ (hash >>> 15);
}
