import type { Command } from 'commander';
import { CommandFailed } from '../exit-codes.js';
import { type Run, runOf } from '../run.js';
import { printable, table } from '../table.js';
import type { Terminal } from '../terminal.js';

type Parked = {
  client_id: string;
  reason: string;
  firstVersion: number;
  position: number;
  skippedEvents: number;
};

/** `rollbook parked list|retry`: clients whose events a read model could not apply (design §8). */
export function parkedCommand(program: Command, terminal: Terminal): void {
  const parked = program
    .command('parked')
    .description('clients that a read model could not follow (operators: ROLLBOOK_TOKEN is an admin token)')
    .addHelpText('after', `\nExamples:\n  ${LIST_EXAMPLE}\n  ${RETRY_EXAMPLE}`);
  listCommand(parked, terminal);
  retryCommand(parked, terminal);
}

const PROJECTION = ['--projection <name>', 'the read model', 'clients'] as const;
const LIST_EXAMPLE = '$ ROLLBOOK_TOKEN_FILE=data/admin-tokens rollbook parked list';
const RETRY_EXAMPLE = '$ ROLLBOOK_TOKEN_FILE=data/admin-tokens rollbook parked retry --all';

function listCommand(parked: Command, terminal: Terminal): void {
  parked
    .command('list')
    .option(...PROJECTION)
    .description('who is parked, since which event, and why')
    .addHelpText('after', `\nExamples:\n  ${LIST_EXAMPLE}`)
    .action(async ({ projection }: { projection: string }, command: Command) => {
      const run = runOf(command, terminal);
      const answer = await listed(run, projection);
      await run.print(answer, () =>
        table(
          ['client_id', 'version', 'position', 'skipped', 'reason'],
          answer.items.map((one) => [
            one.client_id,
            one.firstVersion,
            one.position,
            one.skippedEvents,
            one.reason,
          ]),
        ),
      );
    });
}

function retryCommand(parked: Command, terminal: Terminal): void {
  parked
    .command('retry')
    .argument('[client_ids...]', 'the clients')
    .option('--all', 'everyone who is parked')
    .option(...PROJECTION)
    .description('try again, after the release that can apply their events has been deployed')
    .addHelpText('after', `\nExamples:\n  ${RETRY_EXAMPLE}`)
    .action(async (named: string[], options: { all?: true; projection: string }, command: Command) => {
      const run = runOf(command, terminal);
      if ((named.length === 0) === (options.all === undefined)) {
        throw new CommandFailed('usage', 'name clients, or give --all');
      }
      const clients = options.all
        ? (await listed(run, options.projection)).items.map(({ client_id }) => client_id)
        : named;
      const left: string[] = [];
      for (const client_id of clients) {
        const path = `${pathOf(options.projection)}/${encodeURIComponent(client_id)}/retry`;
        const answer = (await run.service.call({
          method: 'POST',
          path,
          token: run.token(),
          body: {},
        })) as { applied: boolean };
        if (!answer.applied) left.push(client_id);
        await run.print(
          answer,
          () => `${printable(client_id)}: ${answer.applied ? 'applied' : 'parked anew'}`,
        );
      }
      if (left.length > 0)
        throw new CommandFailed('unequal', `parked anew: ${left.length} of ${clients.length}`);
    });
}

async function listed(run: Run, projection: string): Promise<{ items: Parked[] }> {
  const path = pathOf(projection);
  return (await run.service.call({ method: 'GET', path, token: run.token() })) as { items: Parked[] };
}

const pathOf = (projection: string) => `/admin/projections/${encodeURIComponent(projection)}/parked`;
