import type { Command } from 'commander';
import { runOf } from '../run.js';
import { clientAccess } from '../saved-client.js';
import { adminClientPath } from '../admin-path.js';
import type { Terminal } from '../terminal.js';

/** `rollbook delete`: RFC 7592 §2.3, or an operator's deletion. */
export function deleteCommand(program: Command, terminal: Terminal): void {
  program
    .command('delete')
    .argument('[client_id]', 'the client')
    .option('--client <file>', 'the file of an earlier --save')
    .option('--operator', 'delete as an operator: ROLLBOOK_TOKEN is an admin token')
    .option('--reason <text>', 'why, for the history (operators)')
    .description('delete a registration, as the client itself (RFC 7592 §2.3) or as an operator')
    .addHelpText(
      'after',
      '\nExamples:\n  $ rollbook delete --client my.json\n  $ ROLLBOOK_TOKEN=… rollbook delete s6BhdRkqt3 --operator --reason "retired"',
    )
    .action(
      async (
        clientId: string | undefined,
        options: { client?: string; operator?: boolean; reason?: string },
        command: Command,
      ) => {
        const run = runOf(command, terminal);
        if (options.operator) {
          const body = options.reason === undefined ? undefined : { reason: options.reason };
          await run.service.call({
            method: 'DELETE',
            path: adminClientPath(clientId),
            token: run.token(),
            body,
          });
        } else {
          const { path, token } = clientAccess(terminal, clientId, options.client);
          await run.service.call({ method: 'DELETE', path, token });
        }
        terminal.stderr('deleted\n');
      },
    );
}
