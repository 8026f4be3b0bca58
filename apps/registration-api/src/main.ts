import { begin, refuseArguments } from '../../begin.js';

if (process.argv.length > 2) refuseArguments('');

await begin(() => import('./serve.js').then(({ serve, startMistakes }) => ({ run: serve, startMistakes })));
