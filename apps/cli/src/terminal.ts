/** The rim of the command line: everything a command touches outside itself, so that a test can hand in its own. */
export type Terminal = {
  env: Readonly<Record<string, string | undefined>>;
  stdin: () => Promise<string>;
  stdout: (text: string) => Promise<void>;
  stderr: (text: string) => void;
  /** Progress is drawn only where somebody watches. */
  stderrIsTerminal: boolean;
  fetch: typeof fetch;
};

/** The terminal of this process. A reader that goes away (`rollbook export | head`) ends the process quietly. */
export function processTerminal(): Terminal {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  return {
    env: process.env,
    stdin: async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks).toString('utf8');
    },
    stdout: (text) =>
      new Promise((resolve, reject) => {
        process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
      }),
    stderr: (text) => void process.stderr.write(text),
    stderrIsTerminal: process.stderr.isTTY,
    fetch: globalThis.fetch,
  };
}
