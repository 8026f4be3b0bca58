import type { AppendCounters } from '@rollbook/event-log';
import { Counter, type Registry } from '@rollbook/platform';

/** What the log counts, and under which name and meaning it is shown. */
const SHOWN: readonly { field: keyof AppendCounters; name: string; help: string }[] = [
  {
    field: 'renumbered',
    name: 'rollbook_append_renumbered_total',
    help: 'Commands numbered anew, because another process was first or an answer was unclear',
  },
  {
    field: 'commands',
    name: 'rollbook_append_commands_total',
    help: 'Commands sent to the database, each time that one was sent',
  },
  {
    field: 'batches',
    name: 'rollbook_append_batches_total',
    help: 'Requests in which commands were sent together',
  },
];

/** Shows the counters of the distributed log. */
export function addAppendMetrics(registry: Registry, counters: () => AppendCounters): void {
  for (const { field, name, help } of SHOWN) {
    const counter: Counter = new Counter({
      name,
      help,
      registers: [registry],
      collect: () => {
        counter.reset();
        counter.inc(counters()[field]);
      },
    });
  }
}
