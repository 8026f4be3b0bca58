import { createRegistry, HealthRegistry, silentLogger, systemClock } from '@rollbook/platform';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { BatchCounters } from './operations/batch-counters.js';
import { createApp } from './create-app.js';
import type { ProjectorParts } from './parts.js';

const STATUS: ReturnType<ProjectorParts['projector']['status']> = [
  {
    generation: { generation: 1, state: 'live' },
    consumer: {
      state: 'consuming',
      lastError: null,
      partitions: [
        { partition: 0, position: 41 },
        { partition: 2, position: null },
      ],
    },
  },
];
const RUN = {
  last: { position: 41, offset: '3' },
  events: 5,
  documents: 4,
  skippedEvents: 1,
  repairedGaps: 1,
  missedEvents: 2,
  lostRaces: 1,
  parked: [{ client_id: 'a', reason: '', firstVersion: 1, position: 1 }],
  unknown: null,
  redelivered: 3,
  seconds: 0.02,
};

let app: NestFastifyApplication;
const projector = {
  status: () => STATUS,
  notLiving: () => null as string | null,
  notReady: () => null as string | null,
  stageLags: (): ReturnType<ProjectorParts['projector']['stageLags']> =>
    Promise.resolve([
      { stage: 'published', events: 7, seconds: 1.5 },
      { stage: 'projected', events: 2, seconds: 0.5 },
    ]),
};
const metrics = createRegistry();
const counters = new BatchCounters(metrics);

beforeAll(async () => {
  app = await createApp({
    logger: silentLogger(),
    metrics,
    health: new HealthRegistry(),
    clock: systemClock,
    random: (octets) => Buffer.alloc(octets),
    projector: {
      status: () => projector.status(),
      notLiving: () => projector.notLiving(),
      notReady: () => projector.notReady(),
      stageLags: () => projector.stageLags(),
    },
  });
});
afterAll(() => app.close());

const get = async (url: string, method: 'GET' | 'POST' = 'GET') => {
  const { statusCode, headers, body } = await app.inject({ method, url });
  return { statusCode, headers, body };
};

test('design §8 · health: well, dead, not yet ready', async () => {
  for (const kind of ['live', 'ready']) {
    expect(await get(`/health/${kind}`)).toMatchObject({
      statusCode: 200,
      body: '{"status":"ok","failing":[]}',
    });
  }
  projector.notLiving = () => 'the consumer has ended';
  projector.notReady = () => 'waiting for the topics';
  const live = await get('/health/live');
  expect([live.statusCode, live.headers['retry-after']]).toEqual([503, '2']);
  expect(JSON.parse(live.body)).toEqual({
    status: 'failing',
    failing: [{ name: 'projector', reason: 'the consumer has ended' }],
  });
  const ready = await get('/health/ready');
  expect([ready.statusCode, ready.headers['retry-after']]).toEqual([503, '2']);
  expect(ready.body).toContain('waiting for the topics');
});

test('every path but three is not found, in the one shape of errors and with the headers of every answer', async () => {
  for (const [url, method, status, error] of [
    ['/', 'GET', 404, 'not_found'],
    ['/admin/clients', 'GET', 404, 'not_found'],
    ['/metrics', 'POST', 405, 'invalid_request'],
  ] as const) {
    const answer = await get(url, method);
    expect(answer.statusCode).toBe(status);
    expect(JSON.parse(answer.body)).toMatchObject({ error, error_description: expect.any(String) });
    expect(answer.headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
  }
});

test('metrics: the stages of the lag, the positions and states of the consumers, and what has happened', async () => {
  counters.applied(1, RUN);
  counters.count('rebalances', 1);
  counters.count('unreadable', 1, 2);
  const { body, headers } = await get('/metrics');
  expect(headers['content-type']).toContain('text/plain');
  for (const line of [
    'rollbook_stage_lag_events{stage="published"} 7',
    'rollbook_stage_lag_seconds{stage="published"} 1.5',
    'rollbook_stage_lag_events{stage="projected"} 2',
    'rollbook_projector_generation{generation="1",state="live"} 1',
    'rollbook_projector_consumer_state{generation="1",state="consuming"} 1',
    'rollbook_projector_consumer_state{generation="1",state="paused"} 0',
    'rollbook_projector_partitions{generation="1"} 2',
    'rollbook_projector_position{generation="1",partition="0"} 41',
    'rollbook_projector_events_total{generation="1"} 5',
    'rollbook_projector_documents_total{generation="1"} 4',
    'rollbook_projector_redelivered_total{generation="1"} 3',
    'rollbook_projector_skipped_total{generation="1"} 1',
    'rollbook_projector_parked_total{generation="1"} 1',
    'rollbook_projector_repaired_gaps_total{generation="1"} 1',
    'rollbook_projector_missed_events_total{generation="1"} 2',
    'rollbook_projector_lost_races_total{generation="1"} 1',
    'rollbook_projector_unreadable_records_total{generation="1"} 2',
    'rollbook_projector_rebalances_total{generation="1"} 1',
    'rollbook_projector_batch_seconds_count{generation="1"} 1',
  ]) {
    expect(body.split('\n')).toContain(line);
  }
  expect(body).not.toContain('rollbook_projector_position{generation="1",partition="2"}');
});

test('metrics are answered while the database is away, without the lag', async () => {
  projector.stageLags = () => Promise.reject(new Error('away'));
  const { statusCode, body } = await get('/metrics');
  expect(statusCode).toBe(200);
  expect(body).not.toContain('rollbook_stage_lag_events{');
  expect(body).toContain('rollbook_projector_position{generation="1",partition="0"} 41');
});
