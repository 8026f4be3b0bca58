import { begin, refuseArguments } from '../../begin.js';

const asked = process.argv.slice(2).join(' ');
if (asked !== '' && asked !== 'check-log') refuseArguments(' but check-log');

await begin(async () => {
  const { serve, startMistakes } = await import('./serve.js');
  if (asked === '') return { run: serve, startMistakes };
  const { checkLog } = await import('./check-log.js');
  const run = async () => void (process.exitCode = (await checkLog()) ? 0 : 1);
  return { run, startMistakes };
});
