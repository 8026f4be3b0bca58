// Writes the documents that derive from the code, or, with `--check`, says which of them no longer agree with it.
// A generator is a function of the built code: file name → text.
import { readFileSync, writeFileSync } from 'node:fs';

const library = (name) => import(`../dist/libs/${name}/src/index.js`);
const GENERATORS = {
  'docs/events.md': async () => (await library('registration')).eventsMarkdown(),
  'docs/metadata-rules.md': async () => (await library('client-metadata')).metadataRulesMarkdown(),
  'docs/configuration.md': async () => (await library('platform')).configurationMarkdown(),
};

const check = process.argv.includes('--check');
const stale = [];
for (const [file, generate] of Object.entries(GENERATORS)) {
  const wanted = await generate();
  let present = null;
  try {
    present = readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  if (present === wanted) continue;
  if (check) stale.push(file);
  else {
    writeFileSync(file, wanted);
    console.log(`wrote ${file}`);
  }
}
if (stale.length > 0) {
  console.log(`out of date (npm run docs:generate): ${stale.join(', ')}`);
  process.exit(1);
}
