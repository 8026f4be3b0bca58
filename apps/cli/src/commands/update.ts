import type { Command } from 'commander';
import { metadataInput, withMetadataFlags } from '../metadata-input.js';
import { runOf } from '../run.js';
import { clientAccess, mergeSaved, saveAndPrint } from '../saved-client.js';
import type { Terminal } from '../terminal.js';

/** `rollbook update`: RFC 7592 §2.2. The request replaces the whole record. */
export function updateCommand(program: Command, terminal: Terminal): void {
  withMetadataFlags(program.command('update'))
    .argument('[file]', 'the whole new client metadata as a JSON object; - reads standard input')
    // Not `--client-id`: that is no metadata a client chooses, and RFC 7592 §2.2 wants it in the body.
    .option('--id <client_id>', 'the client; its registration access token is in ROLLBOOK_TOKEN')
    .option('--client <file>', 'the file of an earlier --save, instead of both; kept up to date')
    .description('replace a registration as the client itself (RFC 7592 §2.2): a member left out is deleted')
    .addHelpText(
      'after',
      '\nExamples:\n  $ rollbook update new.json --client my.json\n  $ ROLLBOOK_TOKEN=… rollbook update new.json --id s6BhdRkqt3',
    )
    .action(async (file: string | undefined, options: { id?: string; client?: string }, command: Command) => {
      const run = runOf(command, terminal);
      const access = clientAccess(terminal, options.id, options.client);
      const body = { ...(await metadataInput(terminal, file, options)), client_id: access.client_id };
      const answer = await run.service.call({ method: 'PUT', path: access.path, body, token: access.token });
      const { saved } = access;
      const newer = saved === null ? answer : mergeSaved(saved, answer as Record<string, unknown>);
      await saveAndPrint(run, options.client, answer, newer);
    });
}
