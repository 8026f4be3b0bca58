import { InvalidArgumentError, type Command } from 'commander';
import { adminClientPath } from '../admin-path.js';
import { runOf } from '../run.js';
import { clientAccess, saveAndPrint } from '../saved-client.js';
import type { Terminal } from '../terminal.js';

type Options = { client?: string; operator?: boolean; overlapSeconds?: number; save?: string };

/** `rollbook rotate-secret`: a new client_secret; the old one stays valid for the overlap. */
export function rotateSecretCommand(program: Command, terminal: Terminal): void {
  program
    .command('rotate-secret')
    .argument('[client_id]', 'the client')
    .option('--client <file>', 'the file of an earlier --save; kept up to date')
    .option('--operator', 'rotate as an operator: ROLLBOOK_TOKEN is an admin token')
    .option('--overlap-seconds <n>', 'how long the old secret stays valid; 0 ends it at once', wholeNumber)
    .option('--save <file>', 'keep the answer with its secret in a file that only you can read (0600)')
    .description('issue a new client_secret, as the client itself or as an operator')
    .addHelpText(
      'after',
      '\nExamples:\n  $ rollbook rotate-secret --client my.json --overlap-seconds 3600\n  $ ROLLBOOK_TOKEN=… rollbook rotate-secret s6BhdRkqt3 --operator',
    )
    .action(async (clientId: string | undefined, options: Options, command: Command) => {
      const run = runOf(command, terminal);
      const { overlapSeconds } = options;
      if (options.operator) {
        const body = overlapSeconds === undefined ? {} : { overlapSeconds };
        const path = adminClientPath(clientId, 'secret');
        const answer = await run.service.call({ method: 'POST', path, token: run.token(), body });
        return saveAndPrint(run, options.save, answer);
      }
      const access = clientAccess(terminal, clientId, options.client);
      const answer = await run.service.call({
        method: 'POST',
        path: secretPath(access.path),
        token: access.token,
        body: overlapSeconds === undefined ? {} : { overlap_seconds: overlapSeconds },
      });
      return saveAndPrint(run, options.save ?? options.client, answer, {
        ...access.saved,
        ...(answer as object),
      });
    });
}

/** The rotation endpoint stands below the client configuration endpoint and takes the same query. */
function secretPath(configuration: string): string {
  const [path, query] = configuration.split('?', 2);
  return `${path}/secret?${query}`;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('a whole number of seconds is needed');
  return Number(text);
}
