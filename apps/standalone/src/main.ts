import * as nodeModule from 'node:module';

const OLDEST_NODE = 24;

// Before anything native is loaded: its binaries end an older runtime without a word.
if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  process.stderr.write(
    `Rollbook needs Node ${OLDEST_NODE} or newer, this is ${process.versions.node}: start it with npm start, which brings its own on Linux.\n`,
  );
  process.exit(1);
}
nodeModule.enableCompileCache();
const { serve, startMistakes } = await import('./serve.js');
try {
  await serve();
} catch (error) {
  const mistakes = startMistakes(error);
  if (mistakes === null) throw error;
  for (const line of mistakes) process.stderr.write(`${line}\n`);
  process.exit(1);
}
