import * as nodeModule from 'node:module';
import { fileURLToPath } from 'node:url';

const OLDEST_NODE = 24;

// Before anything native is loaded: its binaries end an older runtime without a word.
if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  process.stderr.write(
    `Rollbook needs Node ${OLDEST_NODE} or newer, this is ${process.versions.node}: start it with npm start, which brings its own on Linux.\n`,
  );
  process.exit(1);
}
// Beside the code that it comes from, and gone with the next build. The default lies in the temporary directory, where
// another user could have put machine code for us.
nodeModule.enableCompileCache(fileURLToPath(new URL('../../../.compile-cache', import.meta.url)));
const asked = process.argv.slice(2);
if (asked.length > 0 && asked.join(' ') !== 'check-log') {
  process.stderr.write(
    'Rollbook takes no arguments but check-log; everything else is ROLLBOOK_… variables.\n',
  );
  process.exit(2);
}
const { serve, startMistakes } = await import('./serve.js');
try {
  if (asked.length === 0) await serve();
  else process.exitCode = (await (await import('./check-log.js')).checkLog()) ? 0 : 1;
} catch (error) {
  const mistakes = startMistakes(error);
  if (mistakes === null) throw error;
  for (const line of mistakes) process.stderr.write(`${line}\n`);
  process.exit(1);
}
