import { begin, refuseArguments } from '../../begin.js';

if (process.argv.length > 2) refuseArguments('');

await begin(async () => {
  const { serve, startMistakes } = await import('./serve.js');
  return { run: serve, startMistakes };
});
