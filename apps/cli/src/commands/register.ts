import type { Command } from 'commander';
import { metadataInput, withMetadataFlags } from '../metadata-input.js';
import { runOf } from '../run.js';
import { saveAndPrint } from '../saved-client.js';
import type { Terminal } from '../terminal.js';

/** `rollbook register`: RFC 7591 §3.1. */
export function registerCommand(program: Command, terminal: Terminal): void {
  withMetadataFlags(program.command('register'))
    .argument('[file]', 'client metadata as a JSON object; - reads standard input')
    .option('--save <file>', 'keep the answer with its secrets in a file that only you can read (0600)')
    .description('register a client (RFC 7591 §3)')
    .addHelpText(
      'after',
      `
Examples:
  $ rollbook register --client-name 'My Example' --redirect-uris https://example.com/callback --save my.json
  $ rollbook register metadata.json
  $ echo '{"redirect_uris":["https://example.com/cb"]}' | rollbook register -`,
    )
    .action(async (file: string | undefined, options: { save?: string }, command: Command) => {
      const run = runOf(command, terminal);
      const body = await metadataInput(terminal, file, options);
      const answer = await run.service.call({ method: 'POST', path: '/connect/register', body });
      await saveAndPrint(run, options.save, answer);
    });
}
