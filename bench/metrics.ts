import type { Process } from './processes.js';

/**
 * What a process says of a metric: a value for each combination of labels.
 *
 * @throws Error when it has no such metric
 */
export async function metric({ url }: Pick<Process, 'url'>, name: string): Promise<number[]> {
  const page = await (await fetch(`${url}/metrics`)).text();
  const found = [...page.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))];
  if (found.length === 0) throw new Error(`there is no metric ${name}`);
  return found.map(([, value]) => Number(value));
}

/** The sum over all labels and all processes. */
export async function sumOfMetric(processes: readonly Pick<Process, 'url'>[], name: string): Promise<number> {
  const values = await Promise.all(processes.map((process) => metric(process, name)));
  return values.flat().reduce((sum, value) => sum + value, 0);
}
