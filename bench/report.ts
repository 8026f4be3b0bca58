import { cpus, totalmem } from 'node:os';

export type Row = {
  what: string;
  figure: string;
  /** This service over the other. */
  ratio?: number;
  /** The figure itself, where the goal is absolute. */
  value?: number;
  goal?: { text: string; met: (value: number) => boolean };
};

/**
 * A list of facts and the table of results.
 *
 * @param facts versions and settings, name → text
 */
export function report(rows: readonly Row[], facts: Readonly<Record<string, string>>): string {
  const lines = rows.map(({ what, figure, ratio, value, goal }) => {
    const judged = ratio ?? value ?? Number.NaN;
    const verdict = goal === undefined ? '' : `${goal.text}: ${goal.met(judged) ? 'met' : '**missed**'}`;
    return `| ${what} | ${figure} | ${ratio === undefined ? '' : ratio.toFixed(2)} | ${verdict} |`;
  });
  const about = Object.entries(facts).map(([name, text]) => `- ${name}: ${text}`);
  return `${about.join('\n')}

| what | figure | ratio | goal |
| --- | --- | --- | --- |
${lines.join('\n')}
`;
}

/** @returns processor, cores and memory of this machine */
export function machine(): string {
  const [first] = cpus();
  return `${cpus().length} cores (${first?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB`;
}
