import type { Terminal } from './terminal.js';

/** One line on stderr that says how far long work is, drawn over itself; nothing where nobody watches. */
export function progress(terminal: Terminal, what: string) {
  let drawn = false;
  return {
    /** @param done units done of `total`, for example events */
    show(done: number, total: number): void {
      if (!terminal.stderrIsTerminal) return;
      const percent = total === 0 ? 100 : Math.floor((done / total) * 100);
      terminal.stderr(
        `\r${what}: ${done.toLocaleString('en')} of ${total.toLocaleString('en')} (${percent} %)`,
      );
      drawn = true;
    },
    end(): void {
      if (drawn) terminal.stderr('\n');
    },
  };
}
