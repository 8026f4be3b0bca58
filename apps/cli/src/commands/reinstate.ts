import type { Command } from 'commander';
import { operatorDecision } from '../operator-decision.js';
import type { Terminal } from '../terminal.js';

/** `rollbook reinstate`. */
export function reinstateCommand(program: Command, terminal: Terminal): void {
  operatorDecision(program, terminal, 'reinstate', 'end a suspension');
}
