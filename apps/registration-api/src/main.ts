import { begin, refuseArguments } from '../../begin.js';

const asked = process.argv.slice(2).join(' ');
if (asked !== '' && asked !== 'recover') refuseArguments(' but recover');

await begin(async () => {
  if (asked === '') {
    const { serve, startMistakes } = await import('./serve.js');
    return { run: serve, startMistakes };
  }
  const { recover, startMistakes } = await import('./recover.js');
  const run = async () => void (process.exitCode = (await recover()) ? 0 : 1);
  return { run, startMistakes };
});
