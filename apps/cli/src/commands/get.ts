import type { Command } from 'commander';
import { runOf } from '../run.js';
import { clientAccess } from '../saved-client.js';
import type { Terminal } from '../terminal.js';

/** `rollbook get`: RFC 7592 §2.1. */
export function getCommand(program: Command, terminal: Terminal): void {
  program
    .command('get')
    .argument('[client_id]', 'the client; its registration access token is in ROLLBOOK_TOKEN')
    .option('--client <file>', 'the file of an earlier --save, instead of both')
    .description('read a registration as the client itself (RFC 7592 §2.1)')
    .addHelpText(
      'after',
      '\nExamples:\n  $ rollbook get --client my.json\n  $ ROLLBOOK_TOKEN=… rollbook get s6BhdRkqt3',
    )
    .action(async (clientId: string | undefined, options: { client?: string }, command: Command) => {
      const run = runOf(command, terminal);
      const { path, token } = clientAccess(terminal, clientId, options.client);
      await run.print(await run.service.call({ method: 'GET', path, token }));
    });
}
