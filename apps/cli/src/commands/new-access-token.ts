import type { Command } from 'commander';
import { adminClientPath } from '../admin-path.js';
import { runOf } from '../run.js';
import { saveAndPrint } from '../saved-client.js';
import type { Terminal } from '../terminal.js';

/** `rollbook new-access-token`: for a client that lost its registration access token. */
export function newAccessTokenCommand(program: Command, terminal: Terminal): void {
  program
    .command('new-access-token')
    .argument('<client_id>', 'the client')
    .option('--save <file>', 'keep the answer with its token in a file that only you can read (0600)')
    .description(
      'issue a new registration access token; the old one ends at once (operators: ROLLBOOK_TOKEN is an admin token)',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ ROLLBOOK_TOKEN_FILE=data/admin-tokens rollbook new-access-token s6BhdRkqt3',
    )
    .action(async (clientId: string, options: { save?: string }, command: Command) => {
      const run = runOf(command, terminal);
      const path = adminClientPath(clientId, 'registration-access-token');
      const answer = await run.service.call({ method: 'POST', path, token: run.token(), body: {} });
      await saveAndPrint(run, options.save, answer);
    });
}
