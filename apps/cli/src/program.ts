import { Command, CommanderError } from 'commander';
import { deleteCommand } from './commands/delete.js';
import { exportCommand } from './commands/export.js';
import { getCommand } from './commands/get.js';
import { historyCommand } from './commands/history.js';
import { listCommand } from './commands/list.js';
import { newAccessTokenCommand } from './commands/new-access-token.js';
import { parkedCommand } from './commands/parked.js';
import { rebuildCommand } from './commands/rebuild.js';
import { registerCommand } from './commands/register.js';
import { reinstateCommand } from './commands/reinstate.js';
import { replayCommand } from './commands/replay.js';
import { rotateSecretCommand } from './commands/rotate-secret.js';
import { showCommand } from './commands/show.js';
import { suspendCommand } from './commands/suspend.js';
import { updateCommand } from './commands/update.js';
import { validateCommand } from './commands/validate.js';
import { CommandFailed, EXIT } from './exit-codes.js';
import { DEFAULT_URL } from './service.js';
import { printable, printableJson } from './table.js';
import type { Terminal } from './terminal.js';

/** Clients first, then operators, then auditors. */
const COMMANDS: { heading: string; commands: ((program: Command, terminal: Terminal) => void)[] }[] = [
  {
    heading: 'For clients:',
    commands: [
      registerCommand,
      validateCommand,
      getCommand,
      updateCommand,
      rotateSecretCommand,
      deleteCommand,
    ],
  },
  {
    heading: 'For operators (an admin token):',
    commands: [
      listCommand,
      showCommand,
      suspendCommand,
      reinstateCommand,
      newAccessTokenCommand,
      rebuildCommand,
      parkedCommand,
    ],
  },
  { heading: 'For auditors (an auditor token):', commands: [historyCommand, exportCommand, replayCommand] },
];

/** @returns the whole command line, ready to parse; nothing in it ends the process */
export function rollbookProgram(terminal: Terminal): Command {
  const program = new Command('rollbook')
    .description('dynamic client registration: register, manage, list, replay')
    .option('--url <url>', `the service (or ROLLBOOK_URL; default ${DEFAULT_URL})`)
    .option('--json', 'answers, lists and failures as JSON')
    .addHelpText(
      'after',
      `
ROLLBOOK_TOKEN holds the token, ROLLBOOK_TOKEN_FILE the path of a file with it.
A client_id that begins with - follows two dashes: rollbook show -- -Ab3…

Exit codes:
${Object.values(EXIT)
  .map(({ code, means }) => `  ${code}  ${means}`)
  .join('\n')}`,
    );
  for (const { heading, commands } of COMMANDS) {
    program.commandsGroup(heading);
    for (const add of commands) add(program, terminal);
  }
  for (const command of withAll(program)) {
    command.exitOverride().configureOutput({
      writeOut: (text) => void terminal.stdout(text),
      writeErr: (text) => terminal.stderr(text),
    });
  }
  return program;
}

/** A command with those below it, at every depth. */
const withAll = (command: Command): Command[] => [command, ...command.commands.flatMap(withAll)];

/**
 * Runs one command line.
 *
 * @param args what stands behind the program's name
 * @returns the exit code of {@link EXIT}; failures are already said on stderr
 */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const program = rollbookProgram(terminal);
  try {
    await program.parseAsync(args, { from: 'user' });
    return EXIT.ok.code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok.code : EXIT.usage.code;
    if (!(error instanceof CommandFailed)) throw error;
    const asJson = program.opts<{ json?: boolean }>().json === true || args.includes('--json');
    terminal.stderr(
      asJson && error.answer !== undefined
        ? `${printableJson(error.answer)}\n`
        : `rollbook: ${error.message.split('\n').map(printable).join('\n')}\n`,
    );
    return EXIT[error.exit].code;
  }
}
