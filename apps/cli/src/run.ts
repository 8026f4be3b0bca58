import type { Command } from 'commander';
import { connect, tokenFrom, type Service } from './service.js';
import { printableJson } from './table.js';
import type { Terminal } from './terminal.js';

/** What every command gets beside its own arguments. */
export type Run = {
  terminal: Terminal;
  service: Service;
  /** Prints JSON for programs, or the readable lines for people. */
  print: (answer: unknown, readable?: () => string) => Promise<void>;
  json: boolean;
  /** @throws CommandFailed `unauthorized` when no token is set */
  token: () => string;
};

/** @returns what a command needs, from the options before and behind its name */
export function runOf(command: Command, terminal: Terminal): Run {
  const { url, json = false } = command.optsWithGlobals<{ url?: string; json?: boolean }>();
  return {
    terminal,
    service: connect(terminal, url),
    json,
    token: () => tokenFrom(terminal.env),
    print: (answer, readable) =>
      terminal.stdout(`${json || readable === undefined ? printableJson(answer, 2) : readable()}\n`),
  };
}
