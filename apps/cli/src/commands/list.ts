import type { Command } from 'commander';
import { runOf } from '../run.js';
import { table } from '../table.js';
import type { Terminal } from '../terminal.js';

type Item = {
  client_id: string;
  client_id_issued_at: number;
  status: string;
  metadata: Record<string, unknown>;
};
type Page = {
  items: Item[];
  next: string | null;
  readModel: { position: number; head: number; lagSeconds: number };
};

/** Flag → query parameter of `GET /admin/clients`. */
const FILTERS = [
  ['--name <prefix>', 'name', 'clients whose client_name starts so, in any case'],
  ['--software-id <id>', 'software_id', 'clients of one software_id'],
  ['--redirect-host <host>', 'redirectHost', 'clients with a redirect URI on this host'],
  ['--token-endpoint-auth-method <method>', 'token_endpoint_auth_method', 'clients that authenticate so'],
  ['--grant-type <grant>', 'grant_type', 'clients that may use this grant'],
  ['--status <status>', 'status', 'active, suspended or deleted'],
  ['--limit <n>', 'limit', 'clients per page'],
  ['--cursor <cursor>', 'cursor', 'where the page before ended'],
] as const;

/** `rollbook list`: clients by filter, newest first. */
export function listCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('list')
    .description('list clients, newest first (operators: ROLLBOOK_TOKEN is an admin token)');
  for (const [flags, , says] of FILTERS) command.option(flags, says);
  command
    .option('--all', 'follow the pages to the end')
    .addHelpText(
      'after',
      '\nExamples:\n  $ ROLLBOOK_TOKEN_FILE=data/admin-tokens rollbook list --name my --status active',
    )
    .action(async (options: Record<string, string | boolean | undefined>, self: Command) => {
      const run = runOf(self, terminal);
      const query = Object.fromEntries(
        FILTERS.map(([flags, parameter]) => [parameter, options[camel(flags)] as string | undefined]),
      );
      let page = (await run.service.call({
        method: 'GET',
        path: '/admin/clients',
        query,
        token: run.token(),
      })) as Page;
      for (;;) {
        await run.print(page, () => readable(page));
        if (options['all'] !== true || page.next === null) break;
        page = (await run.service.call({
          method: 'GET',
          path: '/admin/clients',
          query: { ...query, cursor: page.next },
          token: run.token(),
        })) as Page;
      }
      if (!run.json && page.next !== null) terminal.stderr(`more: --cursor ${page.next}\n`);
      const behind = page.readModel.head - page.readModel.position;
      if (!run.json && behind > 0) terminal.stderr(`the list is ${behind} events behind the log\n`);
    });
}

const camel = (flags: string) =>
  (flags.split(' ')[0] ?? '').slice(2).replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

const readable = (page: Page) =>
  table(
    ['client_id', 'issued', 'status', 'client_name', 'token_endpoint_auth_method', 'redirect_uris'],
    page.items.map((item) => [
      item.client_id,
      new Date(item.client_id_issued_at * 1000).toISOString().slice(0, 19) + 'Z',
      item.status,
      item.metadata['client_name'],
      item.metadata['token_endpoint_auth_method'],
      (item.metadata['redirect_uris'] as string[] | undefined)?.join(' '),
    ]),
  );
