import type { Command } from 'commander';
import { CommandFailed } from '../exit-codes.js';
import { runOf } from '../run.js';
import { table } from '../table.js';
import type { Terminal } from '../terminal.js';

type Parked = {
  client_id: string;
  reason: string;
  firstVersion: number;
  position: number;
  skippedEvents: number;
};

const PROJECTION = ['--projection <name>', 'the read model', 'clients'] as const;
const pathOf = (projection: string) => `/admin/projections/${encodeURIComponent(projection)}/parked`;

/** `rollbook parked list|retry`: clients with an event that a read model could not apply (design §8). */
export function parkedCommand(program: Command, terminal: Terminal): void {
  const parked = program
    .command('parked')
    .description('clients that a read model could not follow (operators: ROLLBOOK_TOKEN is an admin token)')
    .addHelpText(
      'after',
      '\nExamples:\n  $ ROLLBOOK_TOKEN_FILE=data/admin-tokens rollbook parked list' +
        '\n  $ ROLLBOOK_TOKEN_FILE=data/admin-tokens rollbook parked retry s6BhdRkqt3',
    );
  parked
    .command('list')
    .description('who is parked, and why')
    .option(...PROJECTION)
    .action(async ({ projection }: { projection: string }, command: Command) => {
      const run = runOf(command, terminal);
      const answer = await run.service.call({ method: 'GET', path: pathOf(projection), token: run.token() });
      await run.print(answer, () => readable((answer as { items: Parked[] }).items));
    });
  parked
    .command('retry')
    .argument('<client_id>', 'the client')
    .description('try a parked client again, after its cause was mended')
    .option(...PROJECTION)
    .action(async (clientId: string, { projection }: { projection: string }, command: Command) => {
      const run = runOf(command, terminal);
      const answer = await run.service.call({
        method: 'POST',
        path: `${pathOf(projection)}/${encodeURIComponent(clientId)}/retry`,
        token: run.token(),
        body: {},
      });
      await run.print(answer);
      if ((answer as { applied: boolean }).applied) return;
      throw new CommandFailed('refused', 'the client is parked anew: rollbook parked list says why');
    });
}

const readable = (items: readonly Parked[]) =>
  table(
    ['client_id', 'version', 'position', 'skipped', 'reason'],
    items.map(({ client_id, firstVersion, position, skippedEvents, reason }) => [
      client_id,
      firstVersion,
      position,
      skippedEvents,
      reason,
    ]),
  );
