import { setTimeout as delay } from 'node:timers/promises';
import type { Row } from '../report.js';
import { registerSteadily, type Registered } from './steady-load.js';
import { withInstallation, type Servers } from './system.js';
import { watchKafka, watchModel, type Reached, type Seen } from './watch.js';

/** Everything must have arrived by then after the last answer. */
const SETTLED_WITHIN_MS = 30_000;
const WARM_UP_SECONDS = 5;

/**
 * From the answer of a registration to its event at a consumer of Kafka, and to its document in the read model, at a
 * steady rate over two API processes and two projectors: p50 and p99 of each stage.
 */
export function measureStages(
  servers: Servers,
  { perSecond, seconds }: { perSecond: number; seconds: number },
): Promise<Row[]> {
  return withInstallation(servers, { apis: 2, projectors: 2 }, async (system) => {
    const urls = system.apis.map(({ url }) => url);
    await registerSteadily(urls, { perSecond, seconds: WARM_UP_SECONDS });
    const kafka = await watchKafka(system);
    const model = await watchModel(system);
    try {
      const { registered, refused } = await registerSteadily(urls, { perSecond, seconds });
      const stages = await settled(registered, kafka.seen, model.reached);
      const at = `at ${perSecond} registrations/s`;
      return [
        row(
          `registration answered, ${at}${refused === 0 ? '' : ` (${refused} answered 503)`}`,
          stages.answered,
        ),
        row(`answered → on Kafka, at a consumer, ${at}`, stages.published, 25),
        row(`answered → in the read model, ${at}`, stages.projected, 75),
      ];
    } finally {
      await Promise.all([kafka.stop(), model.stop()]);
    }
  });
}

type Stages = { answered: number[]; published: number[]; projected: number[] };

/** Waits until every registration has arrived everywhere; the durations in milliseconds. */
async function settled(
  registered: readonly Registered[],
  seen: ReadonlyMap<string, Seen>,
  reached: ReadonlyMap<number, readonly Reached[]>,
): Promise<Stages> {
  const deadline = performance.now() + SETTLED_WITHIN_MS;
  for (;;) {
    const stages: Stages = { answered: [], published: [], projected: [] };
    for (const { client_id, sentAt, answeredAt } of registered) {
      const event = seen.get(`client-${client_id}`);
      const projectedAt = event && whenReached(reached.get(event.partition) ?? [], event.position);
      if (event === undefined || projectedAt === undefined) break;
      stages.answered.push(answeredAt - sentAt);
      // An event can be on Kafka before the answer has made its way to the client.
      stages.published.push(Math.max(0, event.at - answeredAt));
      stages.projected.push(Math.max(0, projectedAt - answeredAt));
    }
    if (stages.projected.length === registered.length) return stages;
    if (performance.now() > deadline)
      throw new Error(
        `${registered.length - stages.projected.length} registrations did not arrive everywhere`,
      );
    await delay(100);
  }
}

/** The moment from which on a partition had that position; undefined: not yet. */
function whenReached(moments: readonly Reached[], position: number): number | undefined {
  let low = 0;
  let high = moments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((moments[middle]?.position ?? 0) >= position) high = middle;
    else low = middle + 1;
  }
  return moments[low]?.at;
}

function row(what: string, milliseconds: readonly number[], p99Goal?: number): Row {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const quantile = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  const p99 = quantile(0.99);
  const goal = { text: `p99 ≤ ${p99Goal} ms`, met: (value: number) => value <= (p99Goal ?? Infinity) };
  return {
    what,
    figure: `p50 ${quantile(0.5).toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`,
    value: p99,
    ...(p99Goal === undefined ? {} : { goal }),
  };
}
