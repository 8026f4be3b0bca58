import { describe, expect, test } from '@jest/globals';
import { demandsOnExisting, topicDemands, type TopicFound, topicMistakes } from './topic-demands.js';

const settings = { prefix: 'rollbook', partitions: 6, replicationFactor: null };
const [events, clients, checkpoints] = topicDemands(settings, 3);
const right = (demand: typeof events): TopicFound => ({
  partitions: demand?.partitions ?? 0,
  replicationFactor: demand?.replicationFactor ?? 0,
  config: { ...demand?.config, 'unclean.leader.election.enable': 'false' },
});

describe('topics', () => {
  test('design §7 · three topics: events and checkpoints for ever, clients compacted', () => {
    expect([events, clients, checkpoints]).toEqual([
      {
        topic: 'rollbook.events.v1',
        partitions: 6,
        replicationFactor: 3,
        config: {
          'cleanup.policy': 'delete',
          'retention.ms': '-1',
          'retention.bytes': '-1',
          'min.insync.replicas': '2',
          'max.message.bytes': '1048588',
        },
      },
      {
        topic: 'rollbook.clients.v1',
        partitions: 6,
        replicationFactor: 3,
        config: {
          'cleanup.policy': 'compact',
          'delete.retention.ms': '604800000',
          'min.insync.replicas': '2',
          'max.message.bytes': '1048588',
        },
      },
      {
        topic: 'rollbook.checkpoints.v1',
        partitions: 1,
        replicationFactor: 3,
        config: {
          'cleanup.policy': 'delete',
          'retention.ms': '-1',
          'retention.bytes': '-1',
          'min.insync.replicas': '2',
          'max.message.bytes': '1048588',
        },
      },
    ]);
  });

  test.each<[string, number | null, number, number, string]>([
    ['three where three brokers exist', null, 3, 3, '2'],
    ['three where five exist', null, 5, 3, '2'],
    ['two where two exist', null, 2, 2, '1'],
    ['one where one exists', null, 1, 1, '1'],
    ['what is configured', 1, 3, 1, '1'],
    ['what is configured, also more', 5, 3, 5, '2'],
  ])('design §7 · replication: %s', (_, replicationFactor, brokers, factor, inSync) => {
    for (const demand of topicDemands({ ...settings, replicationFactor }, brokers)) {
      expect([demand.replicationFactor, demand.config['min.insync.replicas']]).toEqual([factor, inSync]);
    }
  });

  test('design §7 · topics as they are made are accepted', () => {
    for (const demand of topicDemands(settings, 3)) expect(topicMistakes(demand, right(demand))).toEqual([]);
  });

  test.each<[string, Partial<TopicFound> | Record<string, string>, string]>([
    [
      'another number of partitions',
      { partitions: 12 },
      "topic rollbook.events.v1 has 12 partitions, not 6: the number is fixed for life, because it decides where a client's events are",
    ],
    [
      'fewer replicas',
      { replicationFactor: 2 },
      'topic rollbook.events.v1 has replication factor 2, not 3: add replicas, or configure the lower factor',
    ],
    [
      'another cleanup policy',
      { 'cleanup.policy': 'compact' },
      'topic rollbook.events.v1 has cleanup.policy=compact, not delete: what the topic must keep would be lost',
    ],
    [
      'a retention by age',
      { 'retention.ms': '604800000' },
      'topic rollbook.events.v1 has retention.ms=604800000, not -1: events would be deleted by age',
    ],
    [
      'a retention by size',
      { 'retention.bytes': '1000' },
      'topic rollbook.events.v1 has retention.bytes=1000, not -1: events would be deleted by size',
    ],
    [
      'too few replicas in sync',
      { 'min.insync.replicas': '1' },
      'topic rollbook.events.v1 has min.insync.replicas=1, not 2: the loss of one broker could lose acknowledged events',
    ],
    [
      'more replicas in sync than there are',
      { 'min.insync.replicas': '4' },
      'topic rollbook.events.v1 has min.insync.replicas=4 with 3 replicas: nothing can be written',
    ],
    [
      'unclean elections',
      { 'unclean.leader.election.enable': 'true' },
      'topic rollbook.events.v1 has unclean.leader.election.enable=true, not false: acknowledged events could be lost',
    ],
    [
      'a small batch limit',
      { 'max.message.bytes': '1000' },
      'topic rollbook.events.v1 has max.message.bytes=1000, less than 1048588: a batch might not fit',
    ],
  ])('design §7 · an existing topic is refused for %s, in a sentence', (_, wrong, sentence) => {
    if (events === undefined) throw new Error('no topic of events');
    const found = right(events);
    const isShape = 'partitions' in wrong || 'replicationFactor' in wrong;
    const changed = isShape ? { ...found, ...wrong } : { ...found, config: { ...found.config, ...wrong } };
    expect(topicMistakes(events, changed as TopicFound)).toEqual([sentence]);
  });

  test('design §7 · every mistake has its sentence', () => {
    if (clients === undefined) throw new Error('no topic of clients');
    expect(topicMistakes(clients, { partitions: 1, replicationFactor: 1, config: {} })).toHaveLength(6);
  });

  test('design §7 · more replicas than asked for are no mistake', () => {
    if (events === undefined) throw new Error('no topic of events');
    expect(topicMistakes(events, { ...right(events), replicationFactor: 5 })).toEqual([]);
  });

  test.each<[string, number | null, number, string, number]>([
    ['one replica, none configured', null, 1, '1', 0],
    ['three replicas in sync by one, none configured', null, 3, '1', 1],
    ['one replica, three configured', 3, 1, '1', 2],
  ])('design §7 · an existing topic with %s', (_, replicationFactor, replicas, inSync, mistakes) => {
    const found = { replicationFactor: replicas };
    const [demand] = demandsOnExisting({ ...settings, replicationFactor }, [found]);
    if (demand === undefined) throw new Error('no topic of events');
    const config = { ...right(demand).config, 'min.insync.replicas': inSync };
    expect(topicMistakes(demand, { ...right(demand), ...found, config })).toHaveLength(mistakes);
  });
});
