import type { Command } from 'commander';
import { CommandFailed } from '../exit-codes.js';
import { progress } from '../progress.js';
import { runOf } from '../run.js';
import type { Terminal } from '../terminal.js';

type Report = {
  position: number;
  events: number;
  clients: number;
  equal: boolean;
  differences: unknown[];
  seconds: number;
};

/** `rollbook replay`: folds the whole log again and compares with the live read model. */
export function replayCommand(program: Command, terminal: Terminal): void {
  program
    .command('replay')
    .description(
      'fold the whole log again and compare it with the read model (auditors: ROLLBOOK_TOKEN is an auditor token)',
    )
    .addHelpText('after', '\nExamples:\n  $ ROLLBOOK_TOKEN_FILE=data/auditor-tokens rollbook replay')
    .action(async (_options: object, command: Command) => {
      const run = runOf(command, terminal);
      const bar = progress(terminal, 'replayed');
      let report: Report | null = null;
      for await (const line of run.service.lines({
        method: 'GET',
        path: '/audit/replay',
        token: run.token(),
      })) {
        const message = JSON.parse(line) as
          Report | { position: number; head: number } | { error: string; error_description: string };
        if ('error' in message)
          throw new CommandFailed('unavailable', message.error_description, { answer: message });
        if ('equal' in message) report = message;
        else bar.show(message.position, message.head);
      }
      bar.end();
      if (report === null) throw new CommandFailed('unavailable', 'the replay ended without a report');
      const { position, events, clients, equal, seconds } = report;
      await run.print(
        report,
        () =>
          `${events} events to position ${position} folded into ${clients} clients in ${seconds.toFixed(1)} s: ${equal ? 'equal to the read model' : 'NOT equal to the read model'}`,
      );
      if (!equal) {
        throw new CommandFailed(
          'unequal',
          `the read model differs from the log: ${report.differences.length} differences`,
          { answer: report },
        );
      }
    });
}
