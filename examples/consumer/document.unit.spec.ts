import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const DOCUMENT = 'docs/consuming-events.md';
const text = readFileSync(DOCUMENT, 'utf8');
const SNIPPET = /<!-- (\S+)#(\w+) -->\n\n```ts\n([\s\S]*?)```/g;
const snippets = [...text.matchAll(SNIPPET)].map(([, file = '', region = '', shown = '']) => ({
  file,
  region,
  shown,
}));

/** What stands between `// #region name` and `// #endregion name`. */
function regionOf(file: string, region: string): string {
  const [, inside] =
    new RegExp(`// #region ${region}\n([\\s\\S]*?)// #endregion ${region}\n`).exec(
      readFileSync(file, 'utf8'),
    ) ?? [];
  if (inside === undefined) throw new Error(`${file} has no region ${region}`);
  return inside;
}

test(`${DOCUMENT} · shows pieces of the example, each once`, () => {
  expect(snippets.length).toBeGreaterThanOrEqual(9);
  expect(text.match(/```ts/g)).toHaveLength(snippets.length);
  expect(new Set(snippets.map(({ file, region }) => `${file}#${region}`)).size).toBe(snippets.length);
});

test.each(snippets)(`${DOCUMENT} · $file#$region is what runs`, ({ file, region, shown }) => {
  expect(shown).toBe(regionOf(file, region));
});

test(`${DOCUMENT} · every file it points to exists`, () => {
  const links = [...text.matchAll(/\]\(([^)#]+)\)/g)].map(([, target = '']) => path.join('docs', target));
  expect(links.length).toBeGreaterThan(2);
  expect(links.filter((file) => !existsSync(file))).toEqual([]);
});
