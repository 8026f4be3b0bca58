import { createRequire } from 'node:module';

/** What is used of the loop that fetches for a consumer; a class without types inside kafkajs. */
type Runner = { prototype: { fetch: Fetch } };
type Fetch = (this: { running: boolean }, nodeId: number) => Promise<unknown>;

/** Ends the fetching of a consumer that was stopped. Nobody sees it: kafkajs tries once more, and finds it stopped. */
class ConsumerStopped extends Error {
  override readonly name = 'ConsumerStopped';
}

const guarded = new WeakSet<Runner['prototype']>();

/**
 * Ends the fetching of a stopped consumer of kafkajs with an error. kafkajs 2.2.4 answers it with no batches at once.
 * When a consumer is stopped while its fetchers begin anew because a broker came or went, they are started after they
 * were to end, and nothing ends them: they go round without ever letting another task of the process run, which then
 * answers nothing and heeds no signal.
 */
export function endFetchingWhenStopped(): void {
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/consumer/runner') as Runner;
  if (guarded.has(prototype)) return;
  guarded.add(prototype);
  prototype.fetch = fetchWhileRunning(prototype.fetch);
}

function fetchWhileRunning(fetch: Fetch): Fetch {
  return async function (nodeId) {
    if (!this.running) throw new ConsumerStopped('the consumer was stopped');
    return fetch.call(this, nodeId);
  };
}
