import type { Command } from 'commander';
import { operatorDecision } from '../operator-decision.js';
import type { Terminal } from '../terminal.js';

/** `rollbook suspend`. */
export function suspendCommand(program: Command, terminal: Terminal): void {
  operatorDecision(
    program,
    terminal,
    'suspend',
    'suspend a client: it can neither read nor change its registration',
  );
}
