import type { Command } from 'commander';
import { runOf } from '../run.js';
import { printable } from '../table.js';
import type { Terminal } from '../terminal.js';

type Change = {
  position: number;
  streamVersion: number;
  recordedAt: string;
  type: string;
  actor: { kind: string; ref: string | null };
  policyVersion: string;
  reason: string | null;
  origin: { ip: string | null; userAgent: string | null };
  changes: { member: string; before: unknown; after: unknown }[];
};
type Page = { items: Change[]; next: number | string | null };

/** `rollbook history`: who changed what of a client, when, under which policy. */
export function historyCommand(program: Command, terminal: Terminal): void {
  program
    .command('history')
    .argument('<client_id>', 'the client')
    .option('--at <moment>', 'instead of the changes, the client as it was at a position or an RFC 3339 time')
    .description(
      "a client's changes, or its state at a moment (auditors: ROLLBOOK_TOKEN is an auditor token)",
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ ROLLBOOK_TOKEN_FILE=data/auditor-tokens rollbook history s6BhdRkqt3\n  $ rollbook history s6BhdRkqt3 --at 2026-01-31T00:00:00Z',
    )
    .action(async (clientId: string, options: { at?: string }, command: Command) => {
      const run = runOf(command, terminal);
      const path = `/audit/clients/${encodeURIComponent(clientId)}`;
      if (options.at !== undefined) {
        await run.print(
          await run.service.call({ method: 'GET', path, query: { at: options.at }, token: run.token() }),
        );
        return;
      }
      let after: number | string | null = null;
      do {
        const query: Record<string, number | string> = after === null ? {} : { after };
        const page = (await run.service.call({
          method: 'GET',
          path: `${path}/history`,
          query,
          token: run.token(),
        })) as Page;
        await run.print(page, () => page.items.map(readable).join('\n'));
        after = page.next;
      } while (after !== null);
    });
}

function readable(change: Change): string {
  const who =
    change.actor.ref === null ? change.actor.kind : `${change.actor.kind} ${printable(change.actor.ref)}`;
  const lines = change.changes.map(
    ({ member, before, after }) => `    ${member}: ${printable(before) || '-'} -> ${printable(after) || '-'}`,
  );
  const { ip, userAgent } = change.origin;
  return [
    `${change.position}  ${change.recordedAt}  ${change.type}  by ${who}  policy ${change.policyVersion}`,
    ...(change.reason === null ? [] : [`    reason: ${printable(change.reason)}`]),
    ...(ip === null ? [] : [`    from: ${printable(ip)} ${printable(userAgent)}`.trimEnd()]),
    ...lines,
  ].join('\n');
}
