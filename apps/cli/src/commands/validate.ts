import type { Command } from 'commander';
import { metadataInput, withMetadataFlags } from '../metadata-input.js';
import { runOf } from '../run.js';
import type { Terminal } from '../terminal.js';

/** `rollbook validate`: the dry run of a registration; nothing is stored. */
export function validateCommand(program: Command, terminal: Terminal): void {
  withMetadataFlags(program.command('validate'))
    .argument('[file]', 'client metadata as a JSON object; - reads standard input')
    .description(
      'check client metadata without registering: the normalised metadata and warnings, or every violation',
    )
    .addHelpText('after', '\nExamples:\n  $ rollbook validate metadata.json')
    .action(async (file: string | undefined, options: object, command: Command) => {
      const run = runOf(command, terminal);
      const body = await metadataInput(terminal, file, options as Record<string, unknown>);
      await run.print(await run.service.call({ method: 'POST', path: '/connect/register/validate', body }));
    });
}
