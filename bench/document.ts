import { report, type Row } from './report.js';

/** What a run measures is rewritten in docs/benchmark.md; what people wrote beside it stays. */
type Facts = Readonly<Record<string, string>>;
export const DISTRIBUTED_TITLE = '## Distributed';

/** The whole document with the results of the embedded service, and the sections that `written` has below them. */
export function embeddedDocument(rows: readonly Row[], facts: Facts, written: string): string {
  const start = written.indexOf('\n## ');
  return `# Benchmark

Written by \`npm run bench\`. Everything was measured in one run on one machine with the same Node; read the ratios, not
the figures. The load comes from the same machine.

${report(rows, facts)}${start === -1 ? '' : written.slice(start)}`;
}

/** The section with the results of the distributed service. */
export function distributedSection(rows: readonly Row[], facts: Facts): string {
  return `${DISTRIBUTED_TITLE}

Written by \`npm run bench -- --distributed\`, in one run likewise.

${report(rows, facts)}`;
}

/** The document with `section` in the place of the one that has this title, at the end where there is none. */
export function withSection(document: string, title: string, section: string): string {
  const start = document.indexOf(`\n${title}\n`);
  if (start === -1) return `${document.trimEnd()}\n\n${section}`;
  const end = document.indexOf('\n## ', start + 1);
  return `${document.slice(0, start)}\n${section}${end === -1 ? '' : document.slice(end)}`;
}
