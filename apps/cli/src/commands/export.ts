import { createHash } from 'node:crypto';
import { InvalidArgumentError, type Command } from 'commander';
import { CommandFailed } from '../exit-codes.js';
import { progress } from '../progress.js';
import { runOf } from '../run.js';
import type { Terminal } from '../terminal.js';

type Last = { export: { from: number; to: number; count: number; sha256: string } };

/** `rollbook export`: the log's exact bytes, a line an event, checked against the last line. */
export function exportCommand(program: Command, terminal: Terminal): void {
  program
    .command('export')
    .option('--from <position>', 'first position (default 1)', position)
    .option('--to <position>', 'last position (default: the head at the start)', position)
    .description(
      'write the events as NDJSON to standard output (auditors: ROLLBOOK_TOKEN is an auditor token)',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ ROLLBOOK_TOKEN_FILE=data/auditor-tokens rollbook export > events.ndjson',
    )
    .action(async (options: { from?: number; to?: number }, command: Command) => {
      const run = runOf(command, terminal);
      const bar = progress(terminal, 'events');
      const hash = createHash('sha256');
      let count = 0;
      let last: Last | null = null;
      for await (const line of run.service.lines({
        method: 'GET',
        path: '/audit/events.ndjson',
        query: { from: options.from, to: options.to },
        token: run.token(),
      })) {
        if (last !== null) throw incomplete();
        if (line.startsWith('{"export":')) last = JSON.parse(line) as Last;
        else {
          hash.update(`${line}\n`);
          count += 1;
          if (count % 10_000 === 0) bar.show(count, options.to ?? count);
        }
        await terminal.stdout(`${line}\n`);
      }
      bar.end();
      if (last === null || last.export.count !== count || last.export.sha256 !== hash.digest('hex'))
        throw incomplete();
      terminal.stderr(
        `${count} events, positions ${last.export.from} to ${last.export.to}, SHA-256 ${last.export.sha256}\n`,
      );
    });
}

const incomplete = () =>
  new CommandFailed(
    'unequal',
    'the export is cut short or damaged: its last line does not fit what came before',
  );

function position(text: string): number {
  if (!/^[1-9]\d{0,15}$/.test(text)) throw new InvalidArgumentError('a position is a whole number from 1');
  return Number(text);
}
