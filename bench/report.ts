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
 * The one table of docs/benchmark.md.
 *
 * @param facts versions and settings, name → text
 */
export function report(rows: readonly Row[], facts: Readonly<Record<string, string>>, notes: string): string {
  const lines = rows.map(({ what, figure, ratio, value, goal }) => {
    const judged = ratio ?? value ?? Number.NaN;
    const verdict = goal === undefined ? '' : `${goal.text}: ${goal.met(judged) ? 'met' : '**missed**'}`;
    return `| ${what} | ${figure} | ${ratio === undefined ? '' : ratio.toFixed(2)} | ${verdict} |`;
  });
  const about = Object.entries(facts).map(([name, text]) => `- ${name}: ${text}`);
  return `# Benchmark

Written by \`npm run bench\`. Everything was measured in one run on one machine with the same Node; read the ratios, not
the figures. The load comes from the same machine.

${about.join('\n')}

| what | figure | ratio | goal |
| --- | --- | --- | --- |
${lines.join('\n')}
${notes}`;
}

/** @returns processor, cores and memory of this machine */
export function machine(): string {
  const [first] = cpus();
  return `${cpus().length} cores (${first?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB`;
}
