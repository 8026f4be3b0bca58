import type { Command } from 'commander';
import { adminClientPath } from '../admin-path.js';
import { runOf } from '../run.js';
import type { Terminal } from '../terminal.js';

/** `rollbook show`: one client as an operator sees it. */
export function showCommand(program: Command, terminal: Terminal): void {
  program
    .command('show')
    .argument('<client_id>', 'the client')
    .description('show one client (operators: ROLLBOOK_TOKEN is an admin token)')
    .addHelpText('after', '\nExamples:\n  $ ROLLBOOK_TOKEN_FILE=data/admin-tokens rollbook show s6BhdRkqt3')
    .action(async (clientId: string, _options: object, command: Command) => {
      const run = runOf(command, terminal);
      await run.print(
        await run.service.call({ method: 'GET', path: adminClientPath(clientId), token: run.token() }),
      );
    });
}
