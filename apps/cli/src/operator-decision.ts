import type { Command } from 'commander';
import { adminClientPath } from './admin-path.js';
import { runOf } from './run.js';
import type { Terminal } from './terminal.js';

/** A command by which an operator changes a client's status, with a reason for the history. */
export function operatorDecision(program: Command, terminal: Terminal, name: string, says: string): void {
  program
    .command(name)
    .argument('<client_id>', 'the client')
    .requiredOption('--reason <text>', 'why, for the history')
    .description(`${says} (operators: ROLLBOOK_TOKEN is an admin token)`)
    .addHelpText(
      'after',
      `\nExamples:\n  $ ROLLBOOK_TOKEN_FILE=data/admin-tokens rollbook ${name} s6BhdRkqt3 --reason "asked by its owner"`,
    )
    .action(async (clientId: string, options: { reason: string }, command: Command) => {
      const run = runOf(command, terminal);
      const path = adminClientPath(clientId, name);
      await run.print(
        await run.service.call({
          method: 'POST',
          path,
          token: run.token(),
          body: { reason: options.reason },
        }),
      );
    });
}
