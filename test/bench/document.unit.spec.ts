import {
  distributedSection,
  DISTRIBUTED_TITLE,
  embeddedDocument,
  withSection,
} from '../../bench/document.js';

const row = (what: string) => ({ what, figure: '1/s', ratio: 0.5 });
const FACTS = { date: 'today' };
const REMARKS = '\n## Remarks\n\nBy people.\n';
const first = embeddedDocument([row('first')], FACTS, '') + REMARKS;

describe('design §11 · docs/benchmark.md keeps what people wrote', () => {
  test('a new run of the embedded service replaces its results only', () => {
    const second = embeddedDocument([row('second')], FACTS, first);
    expect(second).toContain('| second | 1/s | 0.50 |');
    expect(second).not.toContain('| first |');
    expect(second.endsWith(REMARKS)).toBe(true);
  });

  test('the results of the distributed service come behind, and are replaced where they stand', () => {
    const added = withSection(first, DISTRIBUTED_TITLE, distributedSection([row('stages')], FACTS));
    expect(added.startsWith(first.trimEnd())).toBe(true);
    const behind = `${added}\n## More remarks\n`;
    const replaced = withSection(behind, DISTRIBUTED_TITLE, distributedSection([row('again')], FACTS));
    expect(replaced).toContain('| again |');
    expect(replaced).not.toContain('| stages |');
    for (const kept of ['## Remarks', '## More remarks', '| first |']) expect(replaced).toContain(kept);
    expect(embeddedDocument([row('second')], FACTS, replaced)).toContain('| again |');
  });
});
