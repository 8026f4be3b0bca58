import { globSync, readFileSync } from 'node:fs';
import { parser as promql } from '@prometheus-io/lezer-promql';
import { parse } from 'yaml';
import { composeFile } from './compose-file.js';

type Rule = {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string; runbook: string };
};
const document = readFileSync('docs/operations.md', 'utf8');
const alerts = readFileSync('docker/prometheus/alerts.yml', 'utf8');
const rules = (parse(alerts) as { groups: { rules: Rule[] }[] }).groups.flatMap(({ rules: some }) => some);
const sources = globSync(['apps/*/src/**/*.ts', 'libs/*/src/**/*.ts'])
  .filter((file) => !file.endsWith('.spec.ts'))
  .map((file) => readFileSync(file, 'utf8'));

const unique = (names: readonly string[]) => [...new Set(names)];
/** A histogram is asked for by its buckets, its sum or its number. */
const metricsIn = (text: string) =>
  unique([...text.matchAll(/\brollbook_[a-z_]+/g)].map(([name]) => name.replace(/_(bucket|sum|count)$/, '')));
const sorted = (names: Iterable<string>) => [...names].sort();
/** Those of the rows of the tables: `| \`name\` | means | alert |`. */
const rows = [...document.matchAll(/^\| `(rollbook_[a-z_]+)`\s+\|[^|]*\|([^|]*)\|$/gm)];
const defined = unique(
  sources.flatMap((text) => [...text.matchAll(/'(rollbook_[a-z_]+)'/g)].map(([, name]) => name ?? '')),
);

describe('docs/operations.md', () => {
  test('says what every metric of the code means, and names no other', () => {
    expect(sorted(rows.map(([, name]) => name ?? ''))).toEqual(sorted(defined));
    expect(sorted(metricsIn(document).filter((name) => !defined.includes(name)))).toEqual([]);
  });

  test('names every alert beside a metric that it looks at', () => {
    const named = rows.flatMap(([, metric = '', alert = '']) =>
      alert
        .split(/[\s,]+/)
        .filter((one) => one !== '')
        .map((one) => `${one} ${metric}`),
    );
    const own = rules.flatMap(({ alert, expr }) => metricsIn(expr).map((metric) => `${alert} ${metric}`));
    expect(named.filter((one) => !own.includes(one))).toEqual([]);
    const shown = new Set(named.map((one) => one.split(' ')[0]));
    const general = rules.filter(({ expr }) => metricsIn(expr).length === 0).map(({ alert }) => alert);
    expect(sorted(rules.map(({ alert }) => alert).filter((alert) => !shown.has(alert)))).toEqual(
      sorted(general),
    );
  });

  test('has an alert for every metric', () => {
    expect(rows.filter(([, , alert = '']) => alert.trim() === '').map(([, metric]) => metric)).toEqual([]);
  });

  test('every link within it has its heading, every link to a file its file', () => {
    const headings = new Set([...document.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => anchorOf(title)));
    for (const [, target = ''] of document.matchAll(/\]\(#([^)]+)\)/g)) expect(headings).toContain(target);
    for (const [, file = ''] of document.matchAll(/\]\(([^)#]+)[^)]*\)/g))
      expect([file, globSync(`docs/${file}`)]).toEqual([file, [expect.any(String)]]);
  });

  test('has a runbook for every failure that design §8 names for the distributed service', () => {
    const [, section = ''] = /^## §8 ([^]*?)^## §9/m.exec(readFileSync('docs/design.md', 'utf8')) ?? [];
    const runbooks = new Set([...document.matchAll(/^##+ (.*)$/gm)].map(([, title = '']) => anchorOf(title)));
    const tables = [...section.matchAll(/^\| failure [^]*?\n\n/gm)].map(([table]) =>
      table.trim().split('\n'),
    );
    const withRunbook = tables.filter(([head]) => /\| runbook +\|$/.test(head ?? ''));
    expect([tables.length, withRunbook.length]).toEqual([3, 2]);
    for (const row of withRunbook.flatMap(([, , ...failures]) => failures)) {
      const [, anchor] = /\]\(operations\.md#([^)]+)\) +\|$/.exec(row) ?? [];
      expect([row, runbooks.has(anchor ?? '')]).toEqual([row, true]);
    }
  });

  test('names commands and options that the command line has', () => {
    const commands = [...document.matchAll(/npx rollbook ([a-z-]+)([^`\n]*)/g)];
    expect(commands.length).toBeGreaterThan(5);
    for (const [, name = '', rest = ''] of commands) {
      const source = readFileSync(`apps/cli/src/commands/${name}.ts`, 'utf8');
      for (const [option] of rest.matchAll(/--[a-z-]+/g)) expect(source).toContain(`'${option}`);
    }
  });

  test('names services that the compose file has', () => {
    const { file } = composeFile('docker-compose.yml');
    const names = [...document.matchAll(/docker compose (?:exec|run(?: --\S+)*) ([a-z-]+)/g)].map(
      ([, name]) => name,
    );
    expect(names.length).toBeGreaterThan(1);
    for (const name of names) expect(Object.keys(file.services)).toContain(name);
  });
});

describe('docker/prometheus/alerts.yml', () => {
  test.each(rules.map((rule) => [rule.alert, rule] as const))(
    '%s asks for metrics that exist and leads to the runbook',
    (_name, rule) => {
      expect(sorted(metricsIn(rule.expr).filter((name) => !defined.includes(name)))).toEqual([]);
      expect(syntaxErrors(rule.expr)).toEqual([]);
      expect(['page', 'ticket']).toContain(rule.labels.severity);
      expect(rule.annotations.summary).not.toBe('');
      const headings = [...document.matchAll(/^### (.*)$/gm)].map(([, title = '']) => anchorOf(title));
      expect(headings).toContain(rule.annotations.runbook);
    },
  );

  test('every name is used once', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  });
});

/** What is left of the expression where Prometheus's own grammar cannot go on. */
function syntaxErrors(expression: string): string[] {
  const errors: string[] = [];
  promql.parse(expression).iterate({
    enter: ({ type, from }) => void (type.isError && errors.push(expression.slice(from))),
  });
  return errors;
}

/** As renderers of Markdown make it from a heading. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');
}
