import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

// What every document says of others, and of the tree.

const DOCUMENTS = globSync(['*.md', '{apps,bench,docker,docs,examples,libs,test}/**/*.md']).sort();
const text = (file: string) => readFileSync(file, 'utf8');
const withoutCode = (markdown: string) =>
  markdown.replaceAll(/^```[^]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, '');
const anchorsOf = (file: string) =>
  [...text(file).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );

test.each(DOCUMENTS)('%s · every link leads somewhere', (document) => {
  const wrong = [...withoutCode(text(document)).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^(https?|mailto):/.test(target))
    .filter((target) => {
      const [place = '', anchor] = target.split('#');
      const file = place === '' ? document : path.join(path.dirname(document), place);
      if (!existsSync(file)) return true;
      return anchor !== undefined && (statSync(file).isDirectory() || !anchorsOf(file).includes(anchor));
    });
  expect(wrong).toEqual([]);
});

test('design §1 · the libraries stand in the order that the boundaries check', () => {
  const [, layers = ''] = /const FLOW = \[([^\]]*)\]/.exec(text('.dependency-cruiser.mjs')) ?? [];
  const order = [...layers.matchAll(/'([a-z-]+)'/g)]
    .map(([, name = '']) => name)
    .filter((name) => existsSync(`libs/${name}`));
  expect(order.length).toBeGreaterThan(9);
  const [, listed = ''] =
    /in the order of the flow, and nothing imports from a later one:\n([^]*?)\. /.exec(
      text('docs/design.md'),
    ) ?? [];
  expect([...listed.matchAll(/`([a-z-]+)`/g)].map(([, name]) => name)).toEqual(order);
  expect([...text('README.md').matchAll(/^\| \[libs\/([a-z-]+)\]/gm)].map(([, name]) => name)).toEqual(order);
});
