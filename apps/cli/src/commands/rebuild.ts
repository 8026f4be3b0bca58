import type { Command } from 'commander';
import { setTimeout as delay } from 'node:timers/promises';
import { CommandFailed } from '../exit-codes.js';
import { progress } from '../progress.js';
import { runOf } from '../run.js';
import type { Terminal } from '../terminal.js';

type Rebuild = { state: string; position: number; head: number; differences: number };
type Projection = { name: string; modelVersion: number; lastError: string | null; rebuild: Rebuild | null };
const POLL_MS = 500;

/** `rollbook rebuild`: a read model anew from the log, beside the live one, while the service serves. */
export function rebuildCommand(program: Command, terminal: Terminal): void {
  program
    .command('rebuild')
    .argument('[projection]', 'the read model', 'clients')
    .option('--no-wait', 'return as soon as the rebuild has started')
    .description('build a read model anew from the log (operators: ROLLBOOK_TOKEN is an admin token)')
    .addHelpText('after', '\nExamples:\n  $ ROLLBOOK_TOKEN_FILE=data/admin-tokens rollbook rebuild clients')
    .action(async (name: string, options: { wait: boolean }, command: Command) => {
      const run = runOf(command, terminal);
      const status = async () => {
        const answer = await run.service.call({
          method: 'GET',
          path: '/admin/projections',
          token: run.token(),
        });
        const found = (answer as { items: Projection[] }).items.find(
          (projection) => projection.name === name,
        );
        if (found === undefined) throw new CommandFailed('usage', `there is no projection ${name}`);
        return found;
      };
      const before = await status();
      await run.service.call({
        method: 'POST',
        path: `/admin/projections/${encodeURIComponent(name)}/rebuild`,
        token: run.token(),
        body: {},
      });
      if (!options.wait) return;
      const bar = progress(terminal, 'rebuilt');
      let now = await status();
      while (
        now.rebuild !== null &&
        now.rebuild.state !== 'failed' &&
        now.modelVersion === before.modelVersion
      ) {
        bar.show(now.rebuild.position, now.rebuild.head);
        await delay(POLL_MS);
        now = await status();
      }
      bar.end();
      await run.print(now, () => `${name}: model version ${now.modelVersion}`);
      if (now.modelVersion === before.modelVersion) {
        throw new CommandFailed(
          'unavailable',
          `the rebuild did not succeed${now.lastError === null ? '' : `: ${now.lastError}`}`,
          { answer: now },
        );
      }
    });
}
