import * as nodeModule from 'node:module';
import { fileURLToPath } from 'node:url';

const OLDEST_NODE = 24;

/** What a process does: run, and say what an operator can mend when it cannot start (null: a defect). */
type App = { run: () => Promise<unknown>; startMistakes: (error: unknown) => readonly string[] | null };

/**
 * The first thing that every app does, before it loads anything else.
 *
 * @param load the app's own modules, the packages with them
 */
export async function begin(load: () => Promise<App>): Promise<void> {
  // Before anything native is loaded: its binaries end an older runtime without a word.
  if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
    process.stderr.write(
      `Rollbook needs Node ${OLDEST_NODE} or newer, this is ${process.versions.node}: start it with npm start, which brings its own on Linux.\n`,
    );
    process.exit(1);
  }
  // Beside the code that it comes from, and gone with the next build. The default lies in the temporary directory, where
  // another user could have put machine code for us.
  nodeModule.enableCompileCache(fileURLToPath(new URL('../.compile-cache', import.meta.url)));
  const { run, startMistakes } = await load();
  try {
    await run();
  } catch (error) {
    const mistakes = startMistakes(error);
    if (mistakes === null) throw error;
    for (const line of mistakes) process.stderr.write(`${line}\n`);
    process.exit(1);
  }
}

/** Ends the process when it was given arguments that it does not take: everything else is variables. */
export function refuseArguments(says: string): never {
  process.stderr.write(`Rollbook takes no arguments${says}; everything else is ROLLBOOK_… variables.\n`);
  process.exit(2);
}
